import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const workflows = readdirSync(new URL('.github/workflows/', root)).map((name) => `.github/workflows/${name}`)

/** The jobs of a workflow by their names, each with its own lines. */
function jobsOf(workflow: string): Record<string, string> {
  const [, jobs = ''] = read(workflow).split(/^jobs:\n/m)
  const parts = jobs.split(/^ {2}(\w+):\n/m).slice(1)
  return Object.fromEntries(
    parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1] ?? '']] : [])),
  )
}

describe.each(workflows)('%s', (workflow) => {
  it('pins each action to a commit, with its version in a comment', () => {
    const uses = [...read(workflow).matchAll(/^.*\buses:.*$/gm)].map(([line]) => line)
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  })

  it('has only the permissions that each job names', () => {
    expect(read(workflow)).toMatch(/^permissions: \{\}$/m)
    const without = Object.entries(jobsOf(workflow)).filter(
      ([, job]) => !/^ {4}permissions: \{ .+ \}$/m.test(job),
    )
    expect(without.map(([name]) => name)).toEqual([])
  })

  it('gives each job a time limit, and leaves no credentials in the working copy', () => {
    const jobs = Object.values(jobsOf(workflow))
    expect(jobs.filter((job) => !/^ {4}timeout-minutes: \d+$/m.test(job))).toEqual([])
    const checkouts = read(workflow).match(/actions\/checkout@.*\n.*/g) ?? []
    expect(checkouts.filter((step) => !step.includes('persist-credentials: false'))).toEqual([])
  })
})

describe('the release', () => {
  it('lets only one job publish to npm, which runs no code of the project', () => {
    const jobs = jobsOf('.github/workflows/release.yml')
    const trusted = Object.entries(jobs).filter(([, job]) => job.includes('id-token: write'))
    expect(trusted.map(([name]) => name)).toEqual(['publish'])
    expect(jobs.publish).not.toMatch(/checkout|npm (ci|install|run|test)/)
    expect(jobs.publish).toContain('--provenance')
    expect(read('.github/workflows/ci.yml') + read('.github/workflows/codeql.yml')).not.toContain('id-token')
  })

  it('runs after the checks, and includes the SBOM', () => {
    const { check, pack, publish, announce } = jobsOf('.github/workflows/release.yml')
    expect(check).toMatch(/release-check\.mjs\n +- run: bash \.ci\/run/)
    expect([pack, publish, announce].map((job) => /needs: (\w+)/.exec(job ?? '')?.[1])).toEqual([
      'check',
      'pack',
      'publish',
    ])
    expect(pack).toContain('npm run sbom -- release/sbom.cdx.json')
    expect(announce).toContain('gh release create "$TAG" release/*')
  })

  it('rejects a tag that is not the version, has no section in the changelog, or is from another repository', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL('.ci/release-check.mjs', root))],
      { encoding: 'utf8', env: { GITHUB_REF_NAME: 'v999.0.0', GITHUB_REPOSITORY: 'somebody/else' } },
    )
    expect(status).toBe(1)
    expect(stderr).toContain('The tag is v999.0.0')
    expect(stderr).toContain('does not name somebody/else')
  })
})

describe('CI', () => {
  it('runs the tests on every major version of Node that the package says it supports', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    expect(engines.node).toBe('^20.19 || ^22.12 || >=24')
    expect(jobsOf('.github/workflows/ci.yml').test).toContain("node: ['20.19', '22', '24', '26']")
  })
})
