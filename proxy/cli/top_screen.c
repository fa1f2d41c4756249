/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/top_screen.h"

#include "proxy/cli/control_client.h"
#include "proxy/cli/shown.h"

#include <ncurses.h>
#include <term.h>
#include <unistd.h>

enum { HEAD = 4, PAIR_WELL = 1, PAIR_NOT_WELL };

static SCREEN *screen;

/* Asked before newterm(), which does not free all that it began with where there is no such terminal. */
static bool
is_known(void)
{
	int error;

	if (setupterm(NULL, STDOUT_FILENO, &error) == ERR)
		return false;
	(void)del_curterm(cur_term);
	return true;
}

int
top_screen_open(void)
{
	if (!is_known())
		return -1;
	screen = newterm(NULL, stdout, stdin);
	if (screen == NULL)
		return -1;
	(void)cbreak();
	(void)noecho();
	(void)curs_set(0);
	(void)keypad(stdscr, TRUE);
	if (has_colors() && start_color() == OK) {
		(void)use_default_colors();
		(void)init_pair(PAIR_WELL, COLOR_GREEN, -1);
		(void)init_pair(PAIR_NOT_WELL, COLOR_RED, -1);
	}
	return 0;
}

void
top_screen_close(void)
{
	(void)endwin();
	delscreen(screen);
	screen = NULL;
}

static double
real(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static void
draw_head(const json_t *s)
{
	const json_t *rates = json_object_get(s, "rates"), *now = json_object_get(s, "now");
	bool healthy = control_is(s, "healthy");

	(void)mvprintw(0, 0, "relaywall  %s  ", shown(control_text(s, "time")));
	(void)attron(COLOR_PAIR(healthy ? PAIR_WELL : PAIR_NOT_WELL));
	(void)printw("%s", healthy ? "well" : "not well: relaywall status");
	(void)attroff(COLOR_PAIR(healthy ? PAIR_WELL : PAIR_NOT_WELL));
	(void)mvprintw(1, 0, "sessions %" JSON_INTEGER_FORMAT "   connections %.1f/s   to hosts %.1f KiB/s   to clients %.1f KiB/s   journal %.1f lines/s",
	    control_number(now, "sessions"), real(rates, "accepted"), real(rates, "octets_to_host") / 1024, real(rates, "octets_to_client") / 1024,
	    real(rates, "journal_written"));
}

static void
head_line(int row, int column, int width, const char *text)
{
	(void)attron(A_REVERSE);
	(void)mvprintw(row, column, "%-*.*s", width, width, text);
	(void)attroff(A_REVERSE);
}

static void
draw_verdicts(const json_t *list, int row, int rows, int width)
{
	head_line(row, 0, width, "verdicts and events                              in all      now/s");
	for (int i = 0; i < rows - 1 && i < (int)json_array_size(list); i++) {
		const json_t *one = json_array_get(list, (size_t)i);

		(void)mvprintw(row + 1 + i, 0, "%-40.40s %14" JSON_INTEGER_FORMAT " %10.1f", shown(control_text(one, "name")), control_number(one, "count"),
		    real(one, "rate"));
	}
}

static void
draw_names(const json_t *list, const char *title, int row, int rows, int column, int width)
{
	head_line(row, column, width, title);
	for (int i = 0; i < rows - 1 && i < (int)json_array_size(list); i++) {
		const json_t *one = json_array_get(list, (size_t)i);

		(void)mvprintw(row + 1 + i, column, "%8" JSON_INTEGER_FORMAT " %.*s", control_number(one, "count"), width > 10 ? width - 10 : 0,
		    shown(control_text(one, "name")));
	}
}

void
top_screen_draw(const json_t *s)
{
	int half = COLS / 2, upper = (LINES - HEAD) / 2, lower = LINES - HEAD - upper;

	(void)erase();
	draw_head(s);
	if (LINES > HEAD + 4) {
		draw_verdicts(json_object_get(s, "verdicts"), HEAD - 1, upper, COLS);
		draw_names(json_object_get(s, "clients"), "refused clients", HEAD - 1 + upper, lower, 0, half - 1);
		draw_names(json_object_get(s, "recipients"), "refused recipients", HEAD - 1 + upper, lower, half, COLS - half);
	}
	(void)mvprintw(LINES - 1, 0, "q: end");
	(void)refresh();
}

bool
top_screen_wait(const json_t *sample, unsigned ms)
{
	int key;

	timeout((int)ms);
	key = getch();
	if (key == KEY_RESIZE)
		top_screen_draw(sample);
	return key == 'q' || key == 'Q' || key == 27;
}
