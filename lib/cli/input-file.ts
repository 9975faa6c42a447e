import { readFile } from 'node:fs/promises'
import { fileProblem } from './file-problem.ts'
import { UsageError } from './subcommand.ts'

/**
 * Returns the content of a file that a flag names.
 *
 * @throws UsageError if it cannot be read
 */
export async function readInputFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(
      `--${flag}: ${path} ${fileProblem(error, 'read')}. Check the path and the permissions of the file.`,
    )
  }
}

/**
 * Returns the content of a JSON file that a flag names.
 *
 * @throws UsageError if it cannot be read or is not JSON
 */
export async function readJsonFile(flag: string, path: string): Promise<unknown> {
  const text = await readInputFile(flag, path)
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(
      `--${flag}: ${path} is not JSON. Check it for missing quotation marks, commas and brackets.`,
    )
  }
}
