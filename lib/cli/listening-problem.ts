const meanings: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process uses it',
  EACCES: 'you do not have permission',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'the host is unknown',
  EAI_AGAIN: 'the host is unknown',
}

/** Returns why a server cannot listen, from an error of Node, without Node's own words. */
export function listeningProblem(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return meanings[code] ?? code
}
