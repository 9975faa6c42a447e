/** What the codes of Node mean for a file, whether it is read or written. */
const meanings: Readonly<Record<string, string>> = {
  EISDIR: 'is a folder, not a file',
  EEXIST: 'is a file where a folder must be',
  ENOTDIR: 'has a file in its path where a folder must be',
  ENAMETOOLONG: 'has a name that is too long',
}

const causes: Readonly<Record<string, string>> = {
  EACCES: 'you do not have permission',
  EPERM: 'you do not have permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

/**
 * Returns what is wrong with a file or folder, from an error of Node, without Node's own words.
 *
 * @param purpose - what was done with the file
 */
export function fileProblem(error: unknown, purpose: 'read' | 'written' | 'run'): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return purpose === 'written' ? 'is in a folder that does not exist' : 'does not exist'
  return meanings[code] ?? `cannot be ${purpose}: ${causes[code] ?? code}`
}
