import { mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileProblem } from './file-problem.ts'
import { Failure } from './subcommand.ts'

/** A file to be written. */
export interface NewFile {
  readonly path: string
  readonly content: string
  readonly mode: number
}

/** The name of the files in messages, and the advice if one already exists. */
interface Wording {
  readonly subject: string
  readonly advice: string
}

/**
 * Writes new files: all of them or none.
 *
 * @param files - the files. Their folders are created if necessary
 * @throws Failure if a file already exists or cannot be written. None of the files is then left
 */
export async function writeNewFiles(files: readonly NewFile[], { subject, advice }: Wording): Promise<void> {
  const written: string[] = []
  try {
    for (const { path, content, mode } of files) {
      await mkdir(dirname(path), { recursive: true })
      // Fails if the file exists, even if it was created a moment ago.
      const file = await open(path, 'wx', mode)
      written.push(path)
      await file.writeFile(content).finally(() => file.close())
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)))
    const { code, syscall, path } = error as NodeJS.ErrnoException
    throw new Failure(
      code === 'EEXIST' && syscall === 'open'
        ? `${path ?? 'It'} already exists, so nothing was written. ${advice}`
        : `${subject} could not be written: ${path ?? 'a file'} ${fileProblem(error, 'written')}. Use another folder.`,
    )
  }
}
