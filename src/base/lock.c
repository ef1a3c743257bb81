/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/lock.h"

#include <errno.h>

#include "base/mem.h"

void lock_init(struct lock *lock)
{
	pthread_mutexattr_t attr;

	if (pthread_mutexattr_init(&attr) != 0 ||
	    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) != 0 ||
	    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) != 0 ||
	    pthread_mutex_init(&lock->mutex, &attr) != 0)
		mem_exhausted();
}

void lock_take(struct lock *lock)
{
	if (pthread_mutex_lock(&lock->mutex) == EOWNERDEAD)
		(void)pthread_mutex_consistent(&lock->mutex);
}

void lock_give(struct lock *lock)
{
	(void)pthread_mutex_unlock(&lock->mutex);
}
