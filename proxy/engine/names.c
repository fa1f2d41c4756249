/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/dialogue.h"

const char *
dialogue_state_name(enum dialogue_state state)
{
	static const char *const names[] = {
		[DIALOGUE_BANNER] = "banner",
		[DIALOGUE_COMMAND] = "command",
		[DIALOGUE_LOOKUP] = "lookup",
		[DIALOGUE_REPLY] = "reply",
		[DIALOGUE_AUTH] = "auth",
		[DIALOGUE_BODY] = "body",
		[DIALOGUE_FINAL] = "final",
		[DIALOGUE_DISCARD] = "discard",
		[DIALOGUE_STARTING] = "starting",
		[DIALOGUE_BLIND] = "blind",
		[DIALOGUE_ORPHAN] = "orphan",
		[DIALOGUE_CLOSED] = "closed",
	};

	return names[state];
}

const char *
event_name(enum event_kind k)
{
	static const char *const names[EVENT_COUNT] = {
		[EVENT_ADMIT] = "admit",
		[EVENT_HELLO] = "hello",
		[EVENT_SENDER] = "sender",
		[EVENT_RECIPIENT] = "recipient",
		[EVENT_REPLY] = "reply",
		[EVENT_MESSAGE] = "message",
		[EVENT_COMMAND] = "command",
		[EVENT_HOST] = "host",
		[EVENT_RATE] = "rate",
		[EVENT_LIMIT] = "limit",
		[EVENT_REPAIR] = "repair",
		[EVENT_TLS] = "tls",
		[EVENT_AUTH] = "auth",
	};

	return names[k];
}
