/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/mechanism.h"

#include "classifier/ascii.h"

static const char *const names[] = {
	"ANONYMOUS", "CRAM-MD5", "DIGEST-MD5", "EXTERNAL", "GS2-KRB5", "GS2-KRB5-PLUS", "GSS-SPNEGO", "GSSAPI", "KERBEROS_V4", "KERBEROS_V5",
	"LOGIN", "MSN", "NMAS_LOGIN", "NTLM", "OAUTH10A", "OAUTHBEARER", "OPENID20", "OTP", "PLAIN", "SAML20", "SCRAM-SHA-1",
	"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS", "SECURID", "SKEY", "SPNEGO", "SRP",
	"XOAUTH", "XOAUTH2",
};

bool
mechanism_is_known(struct span name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ascii_eq_nocase(name, span_str(names[i])))
			return true;
	return false;
}
