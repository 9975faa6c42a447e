import { access, constants, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileProblem } from '../../file-problem.ts'
import { CommandFailure } from '../../subcommand.ts'
import type { RequirementResult } from '../results.ts'
import { htmlReport } from './html-report.ts'
import { junitReport } from './junit-report.ts'

/** The files to write reports to. A report without a file is not written. */
export interface ReportFiles {
  readonly junit: string | undefined
  readonly html: string | undefined
}

/**
 * Checks that the reports can be written, before the run that takes minutes.
 *
 * @throws CommandFailure if a folder does not exist or may not be changed
 */
export async function checkReportFiles({ junit, html }: ReportFiles): Promise<void> {
  if (junit !== undefined) await writing('junit', junit, access(dirname(junit), constants.W_OK))
  if (html !== undefined) await writing('html', html, access(dirname(html), constants.W_OK))
}

/**
 * Writes the reports that are files.
 *
 * @throws CommandFailure if a file cannot be written
 */
export async function writeReports(
  { junit, html }: ReportFiles,
  page: URL,
  results: readonly RequirementResult[],
): Promise<void> {
  if (junit !== undefined) await writing('junit', junit, writeFile(junit, junitReport(results)))
  if (html !== undefined) await writing('html', html, writeFile(html, htmlReport(page, results, new Date())))
}

async function writing(flag: string, file: string, action: Promise<void>): Promise<void> {
  try {
    await action
  } catch (error) {
    throw new CommandFailure(
      `--${flag}: ${file} ${fileProblem(error, 'written')}. Use a file in a folder that you can write to.`,
    )
  }
}
