/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/learn_names.h"

#include "classifier/domain.h"

enum { REGISTRY_LETTERS = 3, COUNTRY_LETTERS = 2 };

struct span
learn_parent(struct span host)
{
	size_t dot = span_find(host, 0, '.');
	struct span parent = span_cut(host, dot + (dot < host.len), host.len);
	size_t second = span_find(parent, 0, '.');

	if (second == parent.len)
		return (struct span){ 0 };
	if (second <= REGISTRY_LETTERS && parent.len - second - 1 == COUNTRY_LETTERS)
		return (struct span){ 0 };
	return parent;
}

bool
learn_is_provider(struct span domain)
{
	static const char *const names[] = {
		"126.com", "163.com", "aim.com", "aol.com", "att.net", "bellsouth.net", "bol.com.br", "btinternet.com", "comcast.net", "compuserve.com",
		"cox.net", "earthlink.net", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net", "googlemail.com", "hotmail.co.uk",
		"hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.it", "icloud.com", "juno.com", "laposte.net", "libero.it", "live.com", "mac.com",
		"mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "netscape.net", "netzero.net", "orange.fr", "outlook.com", "proton.me",
		"protonmail.com", "qq.com", "rambler.ru", "rediffmail.com", "rocketmail.com", "sbcglobal.net", "seznam.cz", "sina.com", "sohu.com",
		"t-online.de", "terra.com.br", "tiscali.it", "uol.com.br", "usa.net", "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl",
		"yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.com.tw", "yahoo.de", "yahoo.fr", "yahoo.it",
		"yandex.ru", "ymail.com",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq(domain, span_str(names[i])))
			return true;
	return false;
}

bool
learn_is_private(const struct ip *ip)
{
	const uint8_t *b = ip->bytes + 12;

	if (!ip_is_v4(ip))
		return (ip->bytes[0] & 0xfe) == 0xfc || (ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80) ||
		    ip_eq(ip, &(struct ip){ .bytes = { [15] = 1 } });
	return b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	    (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64);
}

bool
learn_is_near(const struct ip *a, const struct ip *b)
{
	return ip_is_v4(a) == ip_is_v4(b) && memcmp(a->bytes, b->bytes, ip_is_v4(a) ? 15 : 8) == 0;
}
