import { mkdir, open, rm, stat } from 'node:fs/promises'
import { Failure } from './part.ts'

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
    for (const { path } of files) if (await exists(path)) throw thereAlready(path)
    await mkdir(directory, { recursive: true })
    for (const { path, content, mode } of files) {
      // Fails, too, when another process was quicker.
      const file = await open(path, 'wx', mode)
      written.push(path)
      await file.writeFile(content).finally(() => file.close())
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)))
    if (error instanceof Failure) throw error
    throw new Failure(`The keys could not be written: ${error instanceof Error ? error.message : ''}`)
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function thereAlready(path: string): Failure {
  return new Failure(
    `${path} is there already and is not overwritten: a service may be signing with it. Move it away, or use --out.`,
  )
}
