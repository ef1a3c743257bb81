/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock in memory that processes share (mem_shared()). One that dies while it holds the
 * lock leaves it to the next: what it guards must be whole after each single write. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>

struct lock {
	pthread_mutex_t mutex;
};

void lock_init(struct lock *lock); /* in shared memory, before fork(2) */
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

#endif
