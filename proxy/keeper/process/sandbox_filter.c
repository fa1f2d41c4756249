/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* AT_EMPTY_PATH, MFD_CLOEXEC */
#include "proxy/keeper/process/sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24	/* Linux 4.2; not in every libc's header */
#endif

enum {
	WORKER = 1 << SANDBOX_WORKER,
	GATE = 1 << SANDBOX_GATE,
	HAND = 1 << SANDBOX_HAND,
	SCRIBE = 1 << SANDBOX_SCRIBE,
	BOARD = 1 << SANDBOX_BOARD,
	DESK = 1 << SANDBOX_DESK,
	TAP = 1 << SANDBOX_TAP,
	INET = WORKER | GATE,
	ALL = INET | HAND | SCRIBE | BOARD | DESK | TAP,
	ARGUMENTS = 3,		/* of a call that a row may look at */
};

/* The kernel reads 32 bits of an int: what stands above them in the register is no matter. */
#define MASKED(number, mask, value) { number, SCMP_CMP_MASKED_EQ, mask, value }
#define IS(number, value)           MASKED(number, 0xffffffff, value)
#define NO_EXEC                     { MASKED(2, PROT_EXEC, 0) }
#define SOCKET(family, type, protocol) \
	{ IS(0, family), MASKED(1, 0xffffffff & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), type), IS(2, protocol) }
#define OPTION(level, name)         { IS(1, level), IS(2, name) }

struct row {
	const char *call;
	unsigned profiles;
	struct scmp_arg_cmp arguments[ARGUMENTS];	/* all of these; none: op is 0. Rows of one call are alternatives */
};

static const struct row allowed[] = {
	/* descriptors that it has */
	{ "read", ALL, {} }, { "readv", ALL, {} }, { "write", ALL, {} }, { "writev", ALL, {} }, { "close", ALL, {} },
	{ "lseek", ALL, {} }, { "fstat", ALL, {} }, { "pread64", SCRIBE | BOARD | DESK, {} },
	{ "newfstatat", ALL, { MASKED(3, AT_EMPTY_PATH, AT_EMPTY_PATH) } },	/* fstat() of newer libcs */
	{ "fcntl", ALL, { IS(1, F_GETFL) } }, { "fcntl", ALL, { IS(1, F_SETFL) } },
	{ "fcntl", ALL, { IS(1, F_GETFD) } }, { "fcntl", ALL, { IS(1, F_SETFD) } },
	{ "fsync", SCRIBE, {} }, { "fdatasync", SCRIBE, {} },
	{ "ftruncate", TAP, {} },
	/* a loop */
	{ "epoll_create1", ALL, {} }, { "epoll_ctl", ALL, {} }, { "epoll_wait", ALL, {} }, { "epoll_pwait", ALL, {} },
	{ "epoll_pwait2", ALL, {} }, { "poll", ALL, {} }, { "ppoll", ALL, {} },
	{ "eventfd2", ALL, {} }, { "pipe2", ALL, {} },
	{ "timerfd_create", ALL, {} }, { "timerfd_settime", ALL, {} }, { "timerfd_gettime", ALL, {} },
	/* clocks, randomness, locks */
	{ "clock_gettime", ALL, {} }, { "clock_getres", ALL, {} }, { "gettimeofday", ALL, {} }, { "time", ALL, {} },
	{ "nanosleep", ALL, {} }, { "clock_nanosleep", ALL, {} }, { "getrandom", ALL, {} }, { "getrusage", ALL, {} },
	{ "futex", ALL, {} }, { "sched_yield", ALL, {} },
	/* memory, none of it to be executed */
	{ "brk", ALL, {} }, { "munmap", ALL, {} }, { "mremap", ALL, {} }, { "madvise", ALL, {} },
	{ "mmap", ALL, NO_EXEC }, { "mprotect", ALL, NO_EXEC },
	{ "memfd_create", DESK, { IS(1, MFD_CLOEXEC) } },
	/* itself, its signals and its end; tgkill() of itself, for abort(), is added below */
	{ "getpid", ALL, {} }, { "gettid", ALL, {} }, { "getppid", ALL, {} },
	{ "getuid", ALL, {} }, { "geteuid", ALL, {} },
	{ "getgid", ALL, {} }, { "getegid", ALL, {} },
	{ "rt_sigaction", ALL, {} }, { "rt_sigprocmask", ALL, {} },
	{ "rt_sigreturn", ALL, {} }, { "sigaltstack", ALL, {} },
	{ "restart_syscall", ALL, {} }, { "exit", ALL, {} }, { "exit_group", ALL, {} },
	/* sockets that it has */
	{ "recvfrom", ALL, {} }, { "recvmsg", ALL, {} }, { "recvmmsg", ALL, {} },
	{ "sendto", ALL, {} }, { "sendmsg", ALL, {} }, { "sendmmsg", ALL, {} }, { "shutdown", ALL, {} },
	{ "getsockname", ALL, {} }, { "getpeername", ALL, {} }, { "getsockopt", ALL, {} },
	{ "accept4", WORKER | BOARD | DESK, {} }, { "bind", INET, {} }, { "connect", INET, {} },
	/* sockets of its own: TCP and UDP, with nothing that the kernel would load for them */
	{ "socket", INET | HAND, SOCKET(AF_INET, SOCK_STREAM, 0) },
	{ "socket", INET, SOCKET(AF_INET, SOCK_STREAM, IPPROTO_TCP) },
	{ "socket", INET, SOCKET(AF_INET, SOCK_DGRAM, 0) },
	{ "socket", INET, SOCKET(AF_INET, SOCK_DGRAM, IPPROTO_UDP) },
	{ "socket", INET | HAND, SOCKET(AF_INET6, SOCK_STREAM, 0) },
	{ "socket", INET, SOCKET(AF_INET6, SOCK_STREAM, IPPROTO_TCP) },
	{ "socket", INET, SOCKET(AF_INET6, SOCK_DGRAM, 0) },
	{ "socket", INET, SOCKET(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) },
	{ "setsockopt", ALL, OPTION(SOL_SOCKET, SO_KEEPALIVE) }, { "setsockopt", ALL, OPTION(SOL_SOCKET, SO_LINGER) },
	{ "setsockopt", ALL, OPTION(SOL_SOCKET, SO_RCVBUF) }, { "setsockopt", ALL, OPTION(SOL_SOCKET, SO_SNDBUF) },
	{ "setsockopt", ALL, OPTION(IPPROTO_TCP, TCP_NODELAY) }, { "setsockopt", ALL, OPTION(IPPROTO_TCP, TCP_CORK) },
	{ "setsockopt", ALL, OPTION(IPPROTO_TCP, TCP_QUICKACK) },
	{ "setsockopt", ALL, OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT) },
	{ "setsockopt", HAND, OPTION(SOL_SOCKET, SO_MARK) },
	{ "setsockopt", INET, OPTION(SOL_SOCKET, SO_REUSEADDR) },
	{ "setsockopt", INET, OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) },
	{ "setsockopt", INET, OPTION(IPPROTO_IPV6, IPV6_V6ONLY) },
};

/*
 * Not deadly: the C library looks for the time zone at the first localtime(), and other libraries for other files. They
 * live without them, as they do on a box that lacks these files.
 */
static const char *const unopened[] = { "open", "openat", "openat2", "creat" };

/* No library of ours tries these, whatever the libc and the kernel. */
static const char *const deadly[] = {
	"execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
	"bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
	"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount", "open_by_handle_at",
	"setns", "unshare", "swapon", "swapoff", "reboot",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
};

/* libseccomp knows the calls that this architecture lacks, they do no harm; one that it does not know is misspelt. */
static int
add(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned count, const struct scmp_arg_cmp *arguments)
{
	int call = seccomp_syscall_resolve_name(name);

	return call == __NR_SCMP_ERROR ? -ENOSYS : seccomp_rule_add_array(filter, action, call, count, arguments);
}

static int
add_names(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++)
		result = add(filter, action, names[i], 0, NULL);
	return result;
}

static int
add_allowed(scmp_filter_ctx filter, enum sandbox_profile profile)
{
	const struct scmp_arg_cmp itself = IS(0, (scmp_datum_t)getpid());
	int result = add(filter, SCMP_ACT_ALLOW, "tgkill", 1, &itself);

	for (const struct row *r = allowed; result == 0 && r < allowed + sizeof(allowed) / sizeof(*allowed); r++) {
		unsigned count = 0;

		while (count < ARGUMENTS && r->arguments[count].op != 0)
			count++;
		if ((r->profiles & 1U << profile) != 0)
			result = add(filter, SCMP_ACT_ALLOW, r->call, count, r->arguments);
	}
	return result;
}

/* 0, or an errno below 0, as libseccomp does it. Foreign architectures are x32 on amd64, too. */
static int
fill(scmp_filter_ctx filter, enum sandbox_profile profile)
{
	int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	if (result == 0)	/* who forgot that before shall fail */
		result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (result == 0)	/* a tree: the kernel compares some seven numbers for a call, not a hundred */
		result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (result == 0)
		result = add_names(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof(deadly) / sizeof(*deadly));
	if (result == 0)
		result = add_names(filter, SCMP_ACT_ERRNO(EACCES), unopened, sizeof(unopened) / sizeof(*unopened));
	return result == 0 ? add_allowed(filter, profile) : result;
}

int
sandbox_filter_load(enum sandbox_profile profile)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int result = -ENOMEM;

	if (filter != NULL)
		result = fill(filter, profile);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	if (result == 0)
		return 0;
	errno = -result;
	return -1;
}
