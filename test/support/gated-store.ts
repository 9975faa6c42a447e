import { EventEmitter, once } from 'node:events'
import { MemoryStore, type SessionData } from 'express-session'
import type { Browser } from './browser.ts'

/** A store that delays a log-in when its old session has ended and its new session is not stored yet. */
export class StoreWithGate extends MemoryStore {
  readonly gate = new EventEmitter()
  isClosed = false

  override set(id: string, session: SessionData, done?: (error?: unknown) => void): void {
    if (!this.isClosed || !JSON.stringify(session).includes('passport')) {
      super.set(id, session, done)
      return
    }
    this.isClosed = false
    this.gate.once('go on', () => {
      super.set(id, session, done)
    })
    this.gate.emit('waiting')
  }
}

/** Sends a callback, and returns when its log-in is delayed. */
export async function heldAtLogIn(store: StoreWithGate, browser: Browser, callback: string) {
  store.isClosed = true
  const waiting = once(store.gate, 'waiting')
  const done = browser.send(callback)
  const early = done.then(({ status }) => Promise.reject(new Error(`The callback ended with ${status}`)))
  await Promise.race([waiting, early])
  early.catch(() => undefined)
  return { done }
}
