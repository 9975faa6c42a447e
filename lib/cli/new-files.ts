import { mkdir, open, rm } from 'node:fs/promises'
import { Failure } from './subcommand.ts'

/** A file to be written. */
export interface NewFile {
  readonly path: string
  readonly content: string
  readonly mode: number
}

/**
 * Writes files that are not there yet: all of them or none.
 *
 * @param directory - where they are, made when it is not there
 * @throws Failure when one is there already, or cannot be written; nothing is left behind
 */
export async function writeNewFiles(directory: string, files: readonly NewFile[]): Promise<void> {
  const written: string[] = []
  try {
    await mkdir(directory, { recursive: true })
    for (const { path, content, mode } of files) {
      // Fails when it is there, however shortly before this somebody made it.
      const file = await open(path, 'wx', mode)
      written.push(path)
      await file.writeFile(content).finally(() => file.close())
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)))
    throw new Failure(reasonOf(error as NodeJS.ErrnoException))
  }
}

function reasonOf({ code, syscall, path, message }: NodeJS.ErrnoException): string {
  if (code !== 'EEXIST' || syscall !== 'open') return `The keys could not be written: ${message}.`
  return `${path ?? 'It'} is there already and is not overwritten: a service may be signing with it. Move it away, or use --out.`
}
