#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CHost.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

int chost_peer_user(int descriptor, unsigned *user) {
#ifdef __linux__
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  *user = peer.uid;
#else
  uid_t peer;
  gid_t group;
  if (getpeereid(descriptor, &peer, &group) != 0) return -1;
  *user = peer;
#endif
  return 0;
}
