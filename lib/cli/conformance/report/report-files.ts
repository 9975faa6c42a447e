import { writeFile } from 'node:fs/promises'
import { CannotRun } from '../../subcommand.ts'
import type { RequirementResult } from '../results.ts'
import { htmlReport } from './html-report.ts'
import { junitReport } from './junit-report.ts'

/** The files to write reports to. A report without a file is not written. */
export interface ReportFiles {
  readonly junit: string | undefined
  readonly html: string | undefined
}

/**
 * Writes the reports to their files.
 *
 * @throws CannotRun if a file cannot be written
 */
export async function writeReports(
  { junit, html }: ReportFiles,
  page: URL,
  results: readonly RequirementResult[],
): Promise<void> {
  if (junit !== undefined) await write('junit', junit, junitReport(results))
  if (html !== undefined) await write('html', html, htmlReport(page, results, new Date()))
}

async function write(flag: string, file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content)
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    throw new CannotRun(`--${flag}: ${file} cannot be written: ${code}.`)
  }
}
