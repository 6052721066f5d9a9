/* cidr.c - fuzz: an address and a network, against the system's reader */
#include "base/cidr.h"

#include <arpa/inet.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str all = { (const char *)data, len };
	struct str ip_text = str_until(all, '\n');
	struct cidr_addr ip;
	struct cidr net;
	char text[64];
	uint8_t theirs[16];

	bool good = cidr_addr_parse(ip_text, &ip);
	if (ip_text.len < sizeof(text) &&
	    memchr(ip_text.p, '\0', ip_text.len) == NULL &&
	    memchr(ip_text.p, '%', ip_text.len) == NULL) {
		memcpy(text, ip_text.p, ip_text.len);
		text[ip_text.len] = '\0';
		assert(good == (inet_pton(AF_INET, text, theirs) == 1 ||
				inet_pton(AF_INET6, text, theirs) == 1));
	}
	if (cidr_parse(ip_text, &net) && good)
		assert(cidr_has(&net, &ip));
	if (good && cidr_parse(str_after(all, '\n'), &net)) {
		assert(net.bits >= 0 && net.bits <= 128);
		assert(net.bits > 0 || cidr_addr_is_v4(&ip) ||
		       cidr_has(&net, &ip));
	}
	return 0;
}
