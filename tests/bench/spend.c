/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command takes: spend [-l] CMD... runs it and prints, on standard output, seconds
 * of time, seconds of CPU (user and system, of all its processes), the largest resident
 * memory in KiB of all of them together, its exit status; and with -l, which takes its
 * output, how many lines have the state OK and when the last of them came.
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SAMPLE_MS = 50,
	CHILDREN_MAX = 4096,
};

struct lines {
	FILE *in; /* NULL once it has ended */
	char *text;
	size_t size;
	long good;
	double last_s;
};

static double begun;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long resident_kib(long pid)
{
	char path[64];
	long pages = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/statm", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long tree_kib(long pid)
{
	long sum = resident_kib(pid), child;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
	file = fopen(path, "r");
	if (file == NULL)
		return sum;
	while (fscanf(file, "%ld", &child) == 1)
		sum += tree_kib(child);
	fclose(file);
	return sum;
}

static void read_line(struct lines *lines)
{
	if (getline(&lines->text, &lines->size, lines->in) < 0) {
		fclose(lines->in);
		lines->in = NULL;
	} else if (strstr(lines->text, "\"state\":\"OK\",\"code\":\"match\"") != NULL) {
		lines->good++;
		lines->last_s = now_s() - begun;
	}
}

static pid_t start(char **argv, struct lines *lines, bool wanted)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(wanted ? ends[1] : STDERR_FILENO, STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(ends[1]);
	if (wanted)
		lines->in = fdopen(ends[0], "r");
	return pid;
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

int main(int argc, char **argv)
{
	bool wanted = argc > 1 && strcmp(argv[1], "-l") == 0;
	struct sigaction wake = { .sa_handler = on_alarm };
	struct lines lines = { 0 };
	long kib, most_kib = 0;
	double sampled = 0, cpu;
	struct rusage used;
	int status;
	pid_t pid;

	if (argc < 2 + wanted) {
		fprintf(stderr, "usage: spend [-l] CMD...\n");
		return 1;
	}
	begun = now_s();
	pid = start(argv + 1 + wanted, &lines, wanted);
	sigaction(SIGCHLD, &wake, NULL);
	for (;;) {
		if (lines.in != NULL)
			read_line(&lines);
		else if (waitpid(pid, &status, WNOHANG) != 0)
			break;
		else
			(void)poll(NULL, 0, SAMPLE_MS);
		if (now_s() - sampled < SAMPLE_MS / 1000.0)
			continue;
		sampled = now_s();
		kib = tree_kib(pid);
		most_kib = kib > most_kib ? kib : most_kib;
	}
	getrusage(RUSAGE_CHILDREN, &used);
	cpu = (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
	      (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	printf("%.4f %.4f %ld %d %ld %.4f\n", now_s() - begun, cpu, most_kib,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 255, lines.good, lines.last_s);
	return 0;
}
