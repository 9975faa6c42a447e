import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPair } from '../support/simulator.ts'
import { startRedis } from './redis-server.ts'

/** The number of sign-ins. The page about sessions has the figure for 20000. */
const visitors = Number(process.env.VISITORS ?? 2000)
const transactionLifetime = 600

describe('unfinished sign-ins in Redis', () => {
  it('[CB-13] take at most 700 bytes each and expire by themselves', async ({ annotate }) => {
    await using redis = await startRedis()
    const client = await createClient({ url: redis.url }).connect()
    const usedMemory = async () => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
    await using pair = await startPair({
      store: new RedisStore({ client }),
      options: { transactionLifetime },
    })
    const visit = async () => {
      const path = '/sign-in?returnTo=/apply/for/a/dragon-licence'
      const { status } = await new Browser().send(pair.service.url + path)
      expect(status).toBe(303)
    }
    // Leaves out what the first command allocates.
    await visit()
    await client.flushAll()
    const before = await usedMemory()
    for (let sent = 0; sent < visitors; sent += 20) await Promise.all(Array.from({ length: 20 }, visit))
    const bytesEach = ((await usedMemory()) - before) / visitors
    await annotate(`${visitors} unfinished sign-ins: ${bytesEach.toFixed(0)} bytes each`)
    expect(await client.dbSize()).toBe(visitors)
    expect(bytesEach).toBeLessThanOrEqual(700)
    for (const key of await client.keys('*')) {
      const seconds = await client.ttl(key)
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(transactionLifetime)
    }
    client.destroy()
  })
})
