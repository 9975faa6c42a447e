import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { freePort } from '../support/listen.ts'
import { conformance } from './conformance-run.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const service = fileURLToPath(new URL('python_service.py', import.meta.url))

interface Report {
  readonly requirements: readonly { readonly id: string; readonly verdict: string }[]
}

it.skipIf(!hasPython)(
  '[CHK-1] [CHK-2] signs in to a service in Python, and finds its 3 deliberate faults',
  { timeout: 180_000 },
  async () => {
    const [port, simulator] = [await freePort(), await freePort()]
    const { code, stdout, stderr } = await conformance(
      [
        ...['--one-login', `http://127.0.0.1:${simulator}/`],
        ...['--page', `http://127.0.0.1:${port}/page`],
        ...['--client-secret', 'a-secret'],
        ...['--skip', 'cold-start,people,outage'],
        ...['--json', '--', 'python3', service, String(port)],
      ],
      { PATH: process.env.PATH, CLIENT_SECRET: 'a-secret' },
    )
    expect(code, stderr).toBe(1)
    const { requirements } = JSON.parse(stdout) as Report
    const bad = requirements.filter(({ verdict }) => verdict === 'broken' || verdict === 'crashed')
    expect(Object.fromEntries(bad.map(({ id, verdict }) => [id, verdict]))).toEqual({
      'id-token-audience': 'broken',
      'id-token-nonce': 'broken',
      'callback-parameters': 'crashed',
    })
  },
)
