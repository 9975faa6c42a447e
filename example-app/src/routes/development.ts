import { subscribe } from 'node:diagnostics_channel'
import express, { type Router } from 'express'
import type { RecordedRequest, Simulator } from 'passport-govuk-one-login/simulator'

/** Shows the last journey between browser, service and One Login. Only with a simulator. */
export function developmentRoutes({ requests, url }: Simulator): Router {
  const notes: { after: RecordedRequest | undefined; endpoint: string; event: unknown }[] = []
  for (const endpoint of ['sign-in.started', 'sign-in.succeeded', 'sign-in.failed', 'signed-out'])
    subscribe(`passport-govuk-one-login:${endpoint}`, (event) => {
      notes.push({ after: requests.at(-1), endpoint, event })
      if (notes.length > 100) notes.shift()
    })
  return express.Router().get('/', (_req, res) => {
    const notesAfter = (request?: RecordedRequest) => notes.filter(({ after }) => after === request)
    const steps = [...notesAfter(), ...requests.flatMap((request) => [request, ...notesAfter(request)])]
    const lastLeg = steps.findLastIndex(({ endpoint }) => endpoint === 'sign-in.started')
    const lastEnd = steps.slice(0, lastLeg + 1).findLastIndex(({ endpoint }) => endpoint === 'logout')
    res.render('development', { steps: steps.slice(lastEnd + 1).slice(-40), url })
  })
}
