import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCountedService } from '../support/counted-service.ts'
import { startPlainService } from '../support/plain-service.ts'
import { startRedis } from './redis-server.ts'
import type { StoreServer } from './store-server.ts'

describe('the commands that Redis gets', () => {
  let redis: StoreServer
  let client: Awaited<ReturnType<typeof connect>>
  const connect = async () => createClient({ url: redis.url }).connect()

  beforeAll(async () => {
    redis = await startRedis()
    client = await connect()
  })
  afterAll(async () => {
    client.destroy()
    await redis[Symbol.asyncDispose]()
  })

  /** How often Redis has run each command of a store, by its own count. */
  async function counted(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await client.configResetStat()
    await work()
    const found = [...(await client.info('commandstats')).matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)]
    const ofStores = found.filter(([, name = '']) => ['get', 'set', 'del', 'expire'].includes(name))
    return Object.fromEntries(ofStores.map(([, name = '', count]) => [name, Number(count)]))
  }

  it('[SESS-14] of express-session with only Passport match the page about sessions', async () => {
    await using service = await startPlainService(new RedisStore({ client }))
    const visit = (path: string) => counted(() => service.browser.send(service.url + path))
    expect(await visit('/sign-in')).toEqual({ set: 1 })
    expect(await visit('/callback?state=waiting')).toEqual({ get: 1, set: 2, del: 1 })
    expect(await visit('/account')).toEqual({ get: 1, expire: 1 })
    expect(await visit('/write')).toEqual({ get: 1, set: 1 })
    await visit('/sign-in')
    expect(await visit('/callback?state=waiting')).toEqual({ get: 1, set: 2, del: 1 })
    expect(await visit('/sign-out')).toEqual({ get: 1, del: 1 })
  })

  it('[SESS-14] of this package match the page about sessions', async () => {
    await using service = await startCountedService(new RedisStore({ client }))
    const { browser, url, callbackOf } = service
    const send = (address: string) => counted(() => browser.send(address))
    expect(await send(`${url}/sign-in`)).toEqual({ set: 1 })
    expect(await send(await callbackOf('/account'))).toEqual({ get: 1, set: 1, del: 2 })
    expect(await send(`${url}/account`)).toEqual({ get: 2, expire: 1 })
    expect(await send(`${url}/write`)).toEqual({ get: 2, set: 1 })
    expect(await send(await callbackOf('/identity'))).toEqual({ get: 4, set: 2, del: 2 })
    expect(await send(`${url}/identity`)).toEqual({ get: 2, expire: 1 })
    expect(await send(`${url}/sign-out`)).toEqual({ get: 4, set: 1, del: 1 })
  })
})
