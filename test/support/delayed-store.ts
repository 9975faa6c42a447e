import { MemoryStore, type SessionData } from 'express-session'

type Done<Result = void> = (error?: unknown, result?: Result) => void

/**
 * A memory store that responds later, like one on another machine. Each call ends a few turns of the event loop later.
 */
export class DelayedStore extends MemoryStore {
  /** The turns of the event loop that a call takes. */
  delay: () => number
  readonly calls: { readonly name: 'get' | 'set' | 'destroy' | 'touch'; readonly id: string }[] = []
  /** Fails every call of these names, as a store that is unavailable. */
  failing = new Set<string>()

  constructor(delay: () => number = () => 2) {
    super()
    this.delay = delay
  }

  override get(id: string, done: Done<SessionData | null>): void {
    this.#later('get', id, done, (end) => super.get(id, end as never))
  }

  override set(id: string, session: SessionData, done: Done = () => undefined): void {
    const copy = JSON.parse(JSON.stringify(session)) as SessionData
    this.#later('set', id, done, (end) => super.set(id, copy, end as never))
  }

  override destroy(id: string, done: Done = () => undefined): void {
    this.#later('destroy', id, done, (end) => super.destroy(id, end as never))
  }

  override touch(id: string, session: SessionData, done: Done = () => undefined): void {
    this.#later('touch', id, done, (end) => super.touch(id, session, end as never))
  }

  #later<Result>(
    name: 'get' | 'set' | 'destroy' | 'touch',
    id: string,
    done: Done<Result>,
    work: (end: Done<Result>) => unknown,
  ): void {
    this.calls.push({ name, id })
    const wait = (turns: number, then: () => void): unknown =>
      turns > 0 ? setImmediate(() => wait(turns - 1, then)) : then()
    wait(this.delay(), () => {
      if (this.failing.has(name)) done(new Error('the store is away'))
      else work((error, result) => wait(this.delay(), () => done(error, result)))
    })
  }
}
