import { describe, expect, it } from 'vitest'
import { startCountedService } from '../support/counted-service.ts'
import { DelayedStore } from '../support/delayed-store.ts'
import { startPlainService } from '../support/plain-service.ts'

/** The number of calls of each kind to a store. */
async function counted(store: DelayedStore, work: () => Promise<unknown>): Promise<Record<string, number>> {
  store.calls.length = 0
  await work()
  const names = store.calls.map(({ name }) => name)
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, names.filter((operation) => operation === name).length]),
  )
}

async function start(idle?: '10m') {
  const store = new DelayedStore(() => 0)
  return { store, ...(await startCountedService(store, idle)) }
}

describe('the calls to the session store', () => {
  it('[SESS-14] of express-session with only Passport match the page about sessions', async () => {
    const store = new DelayedStore(() => 0)
    await using service = await startPlainService(store)
    const { browser, url } = service
    const visit = (path: string) => counted(store, () => browser.send(url + path))
    expect(await visit('/sign-in')).toEqual({ set: 1 })
    expect(await visit('/callback?state=waiting')).toEqual({ get: 1, set: 2, destroy: 1 })
    expect(await visit('/account')).toEqual({ get: 1, touch: 1 })
    expect((await browser.send(`${url}/account`)).body).toContain('somebody')
    expect(await visit('/write')).toEqual({ get: 1, set: 1 })
    expect(await visit('/sign-in')).toEqual({ get: 1, set: 1 })
    expect(await visit('/callback?state=waiting')).toEqual({ get: 1, set: 2, destroy: 1 })
    expect(await visit('/sign-out')).toEqual({ get: 1, destroy: 1 })
  })

  it('[SESS-14] match the page about sessions', async () => {
    await using service = await start()
    const { store, browser, url, callbackOf } = service
    expect(await counted(store, () => browser.send(`${url}/sign-in`))).toEqual({ set: 1 })
    const callback = await callbackOf('/account')
    expect(await counted(store, () => browser.send(callback))).toEqual({ get: 1, set: 1, destroy: 2 })
    expect(await counted(store, () => browser.send(`${url}/account`))).toEqual({ get: 2, touch: 1 })
    expect(await counted(store, () => browser.send(`${url}/write`))).toEqual({ get: 2, set: 1 })
    const stepUp = await callbackOf('/identity')
    expect(await counted(store, () => browser.send(stepUp))).toEqual({ get: 4, set: 2, destroy: 2 })
    expect(await counted(store, () => browser.send(`${url}/sign-out`))).toEqual({
      get: 4,
      set: 1,
      destroy: 1,
    })
  })

  it('[SESS-5] include one more read and write with an idle limit', async () => {
    await using service = await start('10m')
    const { store, browser, url } = service
    await browser.visit(`${url}/account`)
    expect(await counted(store, () => browser.send(`${url}/account`))).toEqual({ get: 3, set: 1, touch: 1 })
  })
})
