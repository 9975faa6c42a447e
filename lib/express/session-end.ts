import type { Request } from 'express'
import { isAbsence, storeFailure } from '../session/record-store.ts'

/** Ends the session and starts one under a new ID, for the page that informs the user. */
export async function renewSession(req: Request): Promise<void> {
  delete req.user
  await inStore((done) => req.session.regenerate(done))
}

export async function destroySession(req: Request): Promise<void> {
  delete req.user
  await inStore((done) => req.session.destroy(done))
}

async function inStore(work: (done: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (error && !isAbsence(error)) reject(storeFailure(error))
      else resolve()
    })
  })
}
