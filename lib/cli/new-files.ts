import { mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from './subcommand.ts'

/** A file to be written. */
export interface NewFile {
  readonly path: string
  readonly content: string
  readonly mode: number
}

/** How messages name the files, and what they say to do when one is there already. */
interface Wording {
  readonly what: string
  readonly advice: string
}

/**
 * Writes files that are not there yet: all of them or none.
 *
 * @param files - the folders that they are in are made when they are not there
 * @throws Failure when one is there already, or cannot be written; none of the files is left behind
 */
export async function writeNewFiles(files: readonly NewFile[], { what, advice }: Wording): Promise<void> {
  const written: string[] = []
  try {
    for (const { path, content, mode } of files) {
      await mkdir(dirname(path), { recursive: true })
      // Fails when it is there, however shortly before this somebody made it.
      const file = await open(path, 'wx', mode)
      written.push(path)
      await file.writeFile(content).finally(() => file.close())
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)))
    const { code, syscall, path, message } = error as NodeJS.ErrnoException
    throw new Failure(
      code === 'EEXIST' && syscall === 'open'
        ? `${path ?? 'It'} is there already and is not overwritten. ${advice}`
        : `${what} could not be written: ${message}.`,
    )
  }
}
