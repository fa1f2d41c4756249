/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* unshare(), process_vm_readv() */
#include "tests/keeper/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static int number;	/* of whatever prepare() opened: what it returns points here */

/* A descriptor, a pointer or a positive result is a success. */
static int
got(long result)
{
	return result == -1 ? -1 : 0;
}

/* --- processes */

static int
run_program(void *p)
{
	(void)p;
	return execl("/bin/true", "true", NULL);
}

static int
trace_parent(void *p)
{
	(void)p;
	return got(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}

static int
read_parent(void *p)
{
	char here[sizeof(number)];
	struct iovec to = { here, sizeof(here) }, from = { &number, sizeof(number) };

	(void)p;
	return got(process_vm_readv(getppid(), &to, 1, &from, 1, 0));
}

static int
signal_parent(void *p)		/* by one that does no harm: who may send it may send SIGKILL */
{
	(void)p;
	return kill(getppid(), SIGURG);
}

static int
signal_thread_of_parent(void *p)
{
	(void)p;
	return got(syscall(SYS_tgkill, getppid(), getppid(), SIGURG));
}

/* Another child of the keeper, of the same user; it ends with this one. */
static void *
with_sibling(int peer)
{
	int ready[2];
	char octet;
	pid_t pid;

	(void)peer;
	must(pipe(ready) == 0, "pipe");
	pid = fork();
	must(pid != -1, "fork");
	if (pid == 0) {
		must(setuid(NOBODY) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && write(ready[1], "", 1) == 1, "sibling");
		for (;;)
			pause();
	}
	must(read(ready[0], &octet, 1) == 1, "sibling");
	number = pid;
	return &number;
}

static int
kill_sibling(void *pid)
{
	return kill(*(pid_t *)pid, SIGKILL);
}

static int
kill_thread_of_sibling(void *pid)
{
	return got(syscall(SYS_tgkill, *(pid_t *)pid, *(pid_t *)pid, SIGKILL));
}

static void *
with_pipe(int peer)
{
	int ends[2];

	(void)peer;
	must(pipe(ends) == 0, "pipe");
	number = ends[0];
	return &number;
}

static int
own_by_parent(void *p)		/* the kernel would send it SIGIO */
{
	return fcntl(*(int *)p, F_SETOWN, getppid());
}

static int
fork_one(void *p)
{
	pid_t pid = fork();

	(void)p;
	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : got(waitpid(pid, NULL, 0));
}

static void *
nothing(void *p)
{
	return p;
}

static int
start_thread(void *p)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, nothing, p);
	return errno != 0 ? -1 : pthread_join(thread, NULL);
}

/* --- privileges */

static int
become_root(void *p)
{
	(void)p;
	return setuid(0);
}

static int
join_group(void *p)
{
	(void)p;
	return setgroups(1, &(gid_t){ 0 });
}

static int
allow_dumps(void *p)
{
	(void)p;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int
raise_limit(void *p)
{
	(void)p;
	return setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
}

static int
leave_namespace(void *p)
{
	(void)p;
	return unshare(CLONE_NEWUTS);
}

static int
load_bpf(void *p)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 }, { .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr program = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2, .insns = (uintptr_t)code, .license = (uintptr_t)"GPL",
	};

	(void)p;
	return got(syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program)));
}

static int
find_keyring(void *p)
{
	(void)p;
	return got(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

static int
handle_page_faults(void *p)
{
	(void)p;
	return got(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int
open_ring(void *p)
{
	struct io_uring_params params = { 0 };

	(void)p;
	return got(syscall(SYS_io_uring_setup, 1, &params));
}

/* --- code of their own */

static int
map_code(void *p)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)p;
	return page == MAP_FAILED ? -1 : 0;
}

static int
make_code(void *p)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)p;
	must(page != MAP_FAILED, "mmap");
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

#ifdef __x86_64__
static int
call_i386(void *p)		/* getpid() of 32 bits */
{
	long result = 20;

	(void)p;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	if (result > 0)
		return 0;
	errno = (int)-result;
	return -1;
}

static int
call_x32(void *p)
{
	(void)p;
	return got(syscall(0x40000000L + SYS_getpid));
}
#endif

const struct attempt attempts_on_processes[] = {
	{ "execute a program", IN_ALL, { NULL, run_program, NULL }, "SIGSYS" },
	{ "trace the keeper", IN_ALL, { NULL, trace_parent, NULL }, "SIGSYS" },
	{ "read the keeper's memory", IN_ALL, { NULL, read_parent, NULL }, "SIGSYS" },
	{ "kill the keeper", IN_ALL, { NULL, signal_parent, NULL }, "EPERM" },
	{ "kill the keeper's thread", IN_ALL, { NULL, signal_thread_of_parent, NULL }, "EPERM" },
	{ "kill another child of the keeper", IN_ALL, { with_sibling, kill_sibling, NULL }, "EPERM" },
	{ "kill another child's thread", IN_ALL, { with_sibling, kill_thread_of_sibling, NULL }, "EPERM" },
	{ "have the keeper signalled", IN_ALL, { with_pipe, own_by_parent, NULL }, "EPERM" },
	{ "fork", IN_ALL, { NULL, fork_one, NULL }, "EPERM" },
	{ "start a thread", IN_ALL, { NULL, start_thread, NULL }, "EPERM" },
	{ "become root", IN_ALL, { NULL, become_root, NULL }, "EPERM" },
	{ "join a group", IN_ALL, { NULL, join_group, NULL }, "EPERM" },
	{ "allow core dumps", IN_ALL, { NULL, allow_dumps, NULL }, "EPERM" },
	{ "raise a limit", IN_ALL, { NULL, raise_limit, NULL }, "EPERM" },
	{ "a namespace of its own", IN_ALL, { NULL, leave_namespace, NULL }, "SIGSYS" },
	{ "load a BPF program", IN_ALL, { NULL, load_bpf, NULL }, "SIGSYS" },
	{ "keys", IN_ALL, { NULL, find_keyring, NULL }, "SIGSYS" },
	{ "userfaultfd", IN_ALL, { NULL, handle_page_faults, NULL }, "SIGSYS" },
	{ "io_uring", IN_ALL, { NULL, open_ring, NULL }, "EPERM" },
	{ "map memory to execute", IN_ALL, { NULL, map_code, NULL }, "EPERM" },
	{ "make memory executable", IN_ALL, { NULL, make_code, NULL }, "EPERM" },
#ifdef __x86_64__
	{ "a call of i386", IN_ALL, { NULL, call_i386, NULL }, "SIGSYS" },
	{ "a call of x32", IN_ALL, { NULL, call_x32, NULL }, "SIGSYS" },
#endif
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
