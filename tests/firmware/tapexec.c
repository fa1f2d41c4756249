// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tapexec NAMESPACE:TAP:FD... -- COMMAND [ARGUMENT...]
 *
 * Becomes COMMAND, which finds each TAP of a network namespace (`ip netns`) open under the number FD: a virtual machine's NIC then stands in the
 * namespace of the host that it is cabled to, and needs no bridge. The taps are there already (`ip tuntap add dev TAP mode tap vnet_hdr`), so what
 * their namespaces know of them outlives the machine. COMMAND itself runs in the namespaces that this was called in.
 */

#define _GNU_SOURCE	// setns
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USAGE "tapexec NAMESPACE:TAP:FD... -- COMMAND [ARGUMENT...]"

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "tapexec: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(2);
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd == -1)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static void enter(int namespace, const char *name)
{
	if (setns(namespace, CLONE_NEWNET) != 0)
		die("cannot enter %s: %s", name, strerror(errno));
}

// In the namespace of now. With a header before each packet: checksums and segmentation are left undone, which streams are many times faster by.
static int open_tap(const char *tap)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd;

	if (strlen(tap) >= sizeof request.ifr_name)
		die("%s is too long for the name of an interface", tap);
	if (if_nametoindex(tap) == 0)	// or it would be made, and nobody would give it an address
		die("there is no interface %s", tap);
	strcpy(request.ifr_name, tap);
	fd = open_or_die("/dev/net/tun", O_RDWR);
	if (ioctl(fd, TUNSETIFF, &request) != 0)
		die("cannot open %s: %s", tap, strerror(errno));
	return fd;
}

// WHAT is NAMESPACE:TAP:FD.
static void pass(char *what, int home)
{
	const char *namespace = strtok(what, ":"), *tap = strtok(NULL, ":"), *number = strtok(NULL, ":");
	char path[128], *end;
	int fd, there;
	long wanted;

	if (number == NULL || strtok(NULL, ":") != NULL)
		die(USAGE);
	wanted = strtol(number, &end, 10);
	if (*end != '\0' || wanted < 10 || wanted > 255)
		die("%s is no number from 10, below which are our own, to 255", number);
	if (snprintf(path, sizeof path, "/run/netns/%s", namespace) >= (int)sizeof path)
		die("the name of a namespace is too long");
	there = open_or_die(path, O_RDONLY);
	enter(there, namespace);
	fd = open_tap(tap);
	enter(home, "its own namespace again");
	close(there);
	if (fd == (int)wanted || dup2(fd, (int)wanted) == -1)	// the copy is not closed by exec
		die("no descriptor %ld for %s", wanted, tap);
	close(fd);
}

int main(int count, char **arguments)
{
	int home = open_or_die("/proc/self/ns/net", O_RDONLY), i;

	for (i = 1; i < count && strcmp(arguments[i], "--") != 0; i++)
		pass(arguments[i], home);
	if (i + 1 >= count)
		die(USAGE);
	execvp(arguments[i + 1], arguments + i + 1);
	die("%s: %s", arguments[i + 1], strerror(errno));
}
