import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Break } from './break.ts'
import { breaks } from './breaks.ts'
import { make, obstacle } from './patch.ts'
import { runTests } from './test-run.ts'

/** Options of a run. */
export interface SabotagePlan {
  /** The path of the project. */
  readonly root: string
  /** The number of breaks to try, spread over all of them. All if not set. */
  readonly sample?: number | undefined
  /** Tries only breaks whose requirement or file contains this text. */
  readonly only?: string | undefined
  readonly print: (text: string) => void
}

/** Not needed by a test, or created again. */
const notCopied = new Set(['.git', 'node_modules', 'dist', 'reports', '.stryker-tmp'])

/**
 * Breaks the library on purpose, in copies of the project, and runs the tests of the requirement that no longer holds.
 *
 * @returns whether each break was caught by a test that names its requirement
 */
export async function sabotage({ root, sample, only, print }: SabotagePlan): Promise<boolean> {
  const stale = breaks.flatMap((sabotageBreak) => {
    const problem = obstacle(root, sabotageBreak)
    return problem === undefined ? [] : [`${nameOf(sabotageBreak)}: ${problem}. Write it again.`]
  })
  for (const complaint of stale) print(`STALE     ${complaint}`)
  const chosen = spread(
    breaks.filter(
      ({ requirement, file }) => only === undefined || requirement === only || file.includes(only),
    ),
    sample,
  )
  const copies = Array.from({ length: availableParallelism() }, () => copyOf(root))
  try {
    const [first = root] = copies
    const files = [...new Set(chosen.flatMap(({ tests }) => tests))]
    const healthy = await runTests(first, files)
    for (const title of healthy.failed) print(`FAILS     before anything is broken: ${title}`)
    if (!healthy.isComplete) {
      print(
        'The tests must run before anything is broken: a file cannot be loaded, or the run took too long.',
      )
      return false
    }
    const queue = [...chosen]
    const survivors: string[] = []
    await Promise.all(
      copies.map(async (copy) => {
        for (let sabotageBreak = queue.shift(); sabotageBreak; sabotageBreak = queue.shift()) {
          const problem = await tryOut(copy, sabotageBreak, healthy.failed)
          if (problem !== undefined) survivors.push(nameOf(sabotageBreak))
          print(`${problem ?? 'caught   '} ${nameOf(sabotageBreak)}`)
        }
      }),
    )
    print(`${chosen.length - survivors.length} of ${chosen.length} breaks were caught.`)
    return survivors.length + stale.length + healthy.failed.length === 0
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true })
  }
}

/** Returns why a break was not caught, if it was not. */
async function tryOut(
  copy: string,
  sabotageBreak: Break,
  failedBefore: readonly string[],
): Promise<string | undefined> {
  if (obstacle(copy, sabotageBreak) !== undefined) return 'STALE    '
  const takeBack = make(copy, sabotageBreak)
  try {
    const { passed, failed } = await runTests(copy, sabotageBreak.tests, sabotageBreak.requirement)
    if (failed.some((title) => !failedBefore.includes(title))) return undefined
    return passed > 0 ? 'SURVIVED ' : 'NOT TRIED'
  } finally {
    takeBack()
  }
}

const nameOf = ({ requirement, mistake, file }: Break) => `${requirement} ${mistake} (${file})`

/** Returns breaks from all over the list, starting at a different place each day. */
function spread(list: readonly Break[], size = list.length): Break[] {
  const step = Math.max(1, list.length / size)
  const day = Math.floor(Date.now() / 86_400_000)
  const start = day % Math.ceil(step)
  return Array.from({ length: Math.min(size, list.length) }, (_, index) => {
    const at = (Math.floor(index * step) + start) % list.length
    return list[at]
  }).filter((sabotageBreak) => sabotageBreak !== undefined)
}

function copyOf(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'sabotage-'))
  cpSync(root, copy, { recursive: true, filter: (path) => !notCopied.has(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
