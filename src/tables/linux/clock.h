/* clock.h - the zone in which a machine writes its logs. */
#ifndef LINUX_CLOCK_H
#define LINUX_CLOCK_H

struct scan;
struct zone;

/* By the link /etc/localtime, else /etc/timezone, else UTC. Never NULL. */
const struct zone *clock_zone(struct scan *s);

#endif
