/* Makes pcscd look at its virtual readers every FASTPOLL_MS instead of every 400 ms.
 *
 * pcscd asks readers without an interrupt endpoint for their card every 400 ms
 * (PCSCLITE_STATUS_POLL_RATE). Readers sold for contactless cards have that endpoint and are not
 * polled so; virtual ones are. Preloaded into the pcscd of a test rig, this cuts its sleeps of about
 * that length. Never part of an appliance, and its speed says nothing about real readers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

#define POLL_NS_MIN 300000000L
#define POLL_NS_MAX 450000000L
#define FAST_MS_DEFAULT 5L

typedef int (*sleep_fn)(const struct timespec *, struct timespec *);

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    static sleep_fn real = NULL;
    struct timespec span = *wanted;

    if (!real)
        real = (sleep_fn)dlsym(RTLD_NEXT, "nanosleep");
    if (span.tv_sec == 0 && span.tv_nsec >= POLL_NS_MIN && span.tv_nsec <= POLL_NS_MAX) {
        const char *fast_ms = getenv("FASTPOLL_MS");
        span.tv_nsec = (fast_ms ? atol(fast_ms) : FAST_MS_DEFAULT) * 1000000L;
    }
    return real(&span, left);
}
