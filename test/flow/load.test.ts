import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import type { OneLoginEvents } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'

/** The number of downloads of each document from now on. */
function countDownloads({ issuer }: { readonly issuer: string }) {
  const counts = new Map<string, number>()
  const count = (event: unknown) => {
    const { url } = event as OneLoginEvents['document.refreshed']
    if (url.startsWith(issuer)) counts.set(url, (counts.get(url) ?? 0) + 1)
  }
  subscribe('passport-govuk-one-login:document.refreshed', count)
  return {
    counts: () => [...counts.values()],
    [Symbol.dispose]: () => unsubscribe('passport-govuk-one-login:document.refreshed', count),
  }
}

describe('many sign-ins at once', { timeout: 120_000 }, () => {
  it('[CONF-3] download each document once, also in a service that has just started', async () => {
    await using pair = await startPair()
    using downloads = countDownloads(pair.op)
    const pages = await Promise.all(
      Array.from({ length: 100 }, () => pair.browser().visit(`${pair.service.url}/identity`)),
    )
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]))
    expect(downloads.counts()).toEqual([1, 1, 1])
  })

  it('[IDT-1, CID-2] all succeed if One Login changes its keys at the same time', async () => {
    await using pair = await startPair()
    let finished = 0
    const signIn = async () => {
      const { status } = await pair.browser().visit(`${pair.service.url}/identity`)
      if (++finished === 30) pair.op.rotateKeys()
      return status
    }
    const user = async () => [await signIn(), await signIn()]
    const statuses = await Promise.all(Array.from({ length: 32 }, user))
    expect(new Set(statuses.flat())).toEqual(new Set([200]))
  })
})
