/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a connection, by what came of it. */
#include "tests/unit/suite.h"
#include "tests/unit/tap/play.h"

#include <inttypes.h>

static const struct { const char *name, *words, *told; } cases[] = {
	{ "in order", "Cs Hs C0/0 H0/0hi C0/2ho H2/2. C2/3.", "O H0/0hi C0/2ho H. C. =closed |" },
	{ "without octets", "Cs Hs C0/0", "|" },
	{ "refused", "Cs H0/0!", "|" },
	{ "FIN alone", "Cs Hs C0/0 C0/0. H0/1.", "O C. H. =closed |" },
	{ "octets with the SYN", "C0sab Hs2 C2/0cd H0/4x", "O C0/0ab C2/0cd H0/4x | =stopped" },
	{ "a capture that begins later", "H5/2ab C2/7cd H7/4.", "| o H0/0ab H. C0/2cd =stopped" },
	{ "a capture that begins with the answer", "Hs C0/0 H0/0ab C0/2cd", "| O H0/0ab C0/2cd =stopped" },
	{ "the answer is not seen", "Cs C0/0 H0/0ab C0/2cd H2/2ef", "| O H0/0ab H2/2ef C0/2cd =stopped" },
	{ "... nor what the host says first", "Cs C0/0 H2/0ab C0/4cd", "| O C0/4cd H-2 H2/0ab =stopped" },
	{ "nor is the client's SYN", "C0/0 H0/0ab C0/2cd C2/2.", "| o H0/0ab C0/2cd C. =stopped" },

	/* order */
	{ "octets before their SYNs", "C0/2cd H0/0ab Hs Cs C2/2.", "O H0/0ab C0/2cd C. | =stopped" },
	{ "all of it backwards", "C2/3. H2/2. C0/2ho H0/0hi C0/0 Hs Cs", "O H0/0hi H. C0/2ho C. =closed |" },
	{ "a hole that is filled", "Cs Hs H2/0cd H4/0ef H0/0ab", "O H0/0ab H2/0cd H4/0ef | =stopped" },
	{ "a hole that is not", "Cs Hs H2/0cd H6/0gh H0/0ab", "O H0/0ab H2/0cd | H-2 H6/0gh =stopped" },
	{ "FIN before what it follows", "Cs Hs H4/0. H2/0cd C0/0. H0/0ab", "O C. H0/0ab H2/0cd H. =closed |" },
	{ "FIN, and what it follows does not come", "Cs Hs H0/0ab H4/0. C0/5.", "O H0/0ab C. | H-2 H. =closed" },

	/* what comes twice */
	{ "a retransmission", "Cs Hs H0/0ab H0/0ab H2/0cd H0/0ab", "O H0/0ab H2/0cd | =stopped" },
	{ "more in a retransmission", "Cs Hs H0/0ab H0/0abcd H1/0bcdef", "O H0/0ab H2/0cd H4/0ef | =stopped" },
	{ "the first copy counts", "Cs Hs H0/0abcd H0/0aXYd H4/0e", "O H0/0abcd H!1,2 H4/0e | =stopped" },
	{ "... when it waits, too", "Cs Hs H2/0cdef H3/0XXX H0/0ab", "O H0/0ab H!3,3 H2/0cdef | =stopped" },
	{ "... on both sides of it", "Cs Hs H2/0cd H0/0abXYef", "O H0/0ab H!2,2 H2/0cd H4/0ef | =stopped" },
	{ "a keep-alive", "Cs Hs H0/0ab H1/0% H1/0", "O H0/0ab | =stopped" },
	{ "one octet again, that is another", "Cs Hs H0/0ab H1/0X", "O H0/0ab H!1,1 | =stopped" },
	{ "a probe of a closed window", "Cs Hs H0/0ab H2/0c H2/0cdef", "O H0/0ab H2/0c H3/0def | =stopped" },
	{ "more behind FIN", "Cs Hs H0/0ab. H2/0cd H3/0ef", "O H0/0ab H. | =stopped" },
	{ "octets that waited, behind FIN", "Cs Hs H4/0ef H2/0. H0/0ab", "O H0/0ab H. | =stopped" },

	/* what was cut by the capture */
	{ "cut octets", "Cs Hs H0/0ab+2 H4/0ef", "O H0/0ab H-2 H4/0ef | =stopped" },
	{ "cut, and a whole copy in time", "Cs Hs H0/0ab+2 H0/0abcd H4/0ef", "O H0/0ab H2/0cd H4/0ef | =stopped" },
	{ "cut, and a whole copy that comes late", "Cs Hs H0/0ab+2 H4/0ef H0/0abcd", "O H0/0ab H-2 H4/0ef | =stopped" },
	{ "nothing but lengths", "Cs Hs H0/0+10 H10/0+10. C0/21+5 C5/21.", "O H-10 H-10 H. C-5 C. =closed |" },
	{ "cut before the rest", "Cs Hs H4/0ef+4 H10/0kl H0/0ab+2", "O H0/0ab H-2 H4/0ef H-4 H10/0kl | =stopped" },
	{ "cut at the end", "Cs Hs H0/0ab+2", "O H0/0ab | H-2 =stopped" },

	/* acknowledgements */
	{ "what is acknowledged by what waited", "Cs Hs C2/6cd C0/3ab H0/0abc H3/2def", "O C0/3ab C2/6cd H0/0abc H3/2def | =stopped" },
	{ "what is acknowledged and was not seen", "Cs Hs H0/0ab C0/6cd", "O H0/0ab C0/6cd | H-4 =stopped" },
	{ "... if it may be a FIN", "Cs Hs H0/0ab C0/3cd", "O H0/0ab C0/3cd | =stopped" },
	{ "one direction alone", "Cs C0/0 C0/5ab C2/9cd C4/10.", "| O H-5 C0/5ab H-4 C2/9cd C. =closed" },
	{ "the other one alone", "Hs H0/0abc H3/4de H5/4.", "| O H0/0abc C-4 H3/4de H. =closed" },
	{ "one direction, from later on", "C0/5ab C2/9cd", "| o C0/0ab H-4 C2/4cd =stopped" },

	/* resets */
	{ "a reset", "Cs Hs H0/0ab C0/2! @20 =20", "O H0/0ab =reset |" },
	{ "octets after it", "Cs Hs C0/2! H0/0ab @20 =20", "O H0/0ab =reset |" },
	{ "a reset with a number from before", "Cs Hs C0/0abc C1/0! @20 =20", "O C0/0abc | =stopped" },
	{ "a reset with a number from far away", "Cs Hs C0/0abc C2000000000/0! @20 =20", "O C0/0abc | =stopped" },
	{ "a reset that nobody heard", "Cs Hs C0/0abc C3/0! C3/0def @20 =20", "O C0/0abc C3/0def | =stopped" },

	/* the same ends again */
	{ "another one after FIN", "Cs Hs H0/0a. C0/2. @5 C1000s H2000s1000 H2000/1000x",
	    "O H0/0a H. C. =closed O H0/0x | =stopped" },
	{ "another one after a reset", "Cs Hs H0/0a C0/1! @5 C1000s H2000s1000 H2000/1000x", "O H0/0a =reset O H0/0x | =stopped" },
	{ "late segments", "Cs Hs H0/0a. C0/2. H0/0a. C0/2. Hs Cs C1/2", "O H0/0a H. C. =closed |" },
	{ "a SYN that nobody answers", "Cs Hs H0/0a C1000s H1/0b", "O H0/0a H1/0b | =stopped" },
	{ "... and one that is answered", "Cs Hs H0/0a C1000s H2000s1000 H2000/1000b", "O H0/0a =idle O H0/0b | =stopped" },
	{ "its answer comes first", "Cs Hs H0/0a H2000s1000 C1000s H2000/1000b", "O H0/0a =idle O H0/0b | =stopped" },
	{ "a second SYN, and the host takes the first", "Cs C1000s Hs0 H0/0a C0/1b", "O H0/0a C0/1b | =stopped" },
	{ "a reset that is none, and a SYN that nobody answers", "Cs Hs C0/0ab C9000/0! C777s C2/0cd", "O C0/0ab C2/0cd | =reset" },
	{ "octets after a reset that was believed", "Cs Hs C0/0ab C2/0! @20 =20 C2/0cd", "O C0/0ab =reset | o C0/0cd =stopped" },
	{ "another one without its SYN", "Cs Hs H0/0a. C0/2. H2000/1000x", "O H0/0a H. C. =closed | o H0/0x =stopped" },

	/* far away */
	{ "octets from far away", "Cs Hs H0/0a H1073741900/0b H1/0c", "O H0/0a H1/0c | =stopped" },
	{ "octets from before the begin", "Cs Hs H0/0a H4294967000/0bcd H1/0c", "O H0/0a H1/0c | =stopped" },

	/* time */
	{ "silence", "Cs Hs H0/0a @3700 =3700", "O H0/0a =idle |" },
	{ "a hole at the end of FIN", "Cs Hs H0/0ab H4/0. C0/5. @20 =20", "O H0/0ab C. H-2 H. =closed |" },
	{ "half-open, and late octets", "Cs @70 =70 C0/0ab", "| o C0/0ab =stopped" },
};

static void
what_is_told_of_a_connection(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flows_conf conf = play_conf(false);
		struct play p;
		const char *told;

		play_begin(&p, &conf);
		play(&p, cases[i].words);
		told = play_stop(&p);
		CHECK(strcmp(told, cases[i].told) == 0, "%s: %s\n        not: %s", cases[i].name, told, cases[i].told);
		play_done(&p);
	}
}

static const struct { const char *name, *words, *told; } live_cases[] = {
	{ "a hole is given up when nothing comes for half a minute", "Cs Hs H0/0ab H4/0ef =29 =31", "O H0/0ab H-2 H4/0ef | =stopped" },
	{ "... but not while the side goes on", "Cs Hs H0/0ab H9/0xy =20 H2/0cd =40 H4/0ef =71", "O H0/0ab H2/0cd H4/0ef H-3 H9/0xy | =stopped" },
	{ "... whatever the other side does", "Cs Hs H0/0ab H9/0xy =20 C0/2cd =31", "O H0/0ab C0/2cd H-7 H9/0xy | =stopped" },
	{ "the begin is given up after five seconds", "H0/0ab =4 =6 C0/2cd", "o H0/0ab C0/2cd | =stopped" },
};

static void
who_listens_live_does_not_wait_long(void)
{
	for (size_t i = 0; i < sizeof(live_cases) / sizeof(live_cases[0]); i++) {
		struct flows_conf conf = play_conf(true);
		struct play p;
		const char *told;

		play_begin(&p, &conf);
		play(&p, live_cases[i].words);
		told = play_stop(&p);
		CHECK(strcmp(told, live_cases[i].told) == 0, "%s: %s\n        not: %s", live_cases[i].name, told, live_cases[i].told);
		play_done(&p);
	}
}

static CU_TestInfo tests[] = {
	{ "what is told of a connection", what_is_told_of_a_connection },
	{ "who listens live does not wait long", who_listens_live_does_not_wait_long },
	CU_TEST_INFO_NULL,
};
SUITE(flows, tests)
