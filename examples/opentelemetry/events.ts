import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { OneLoginEventName, OneLoginEvents } from 'passport-govuk-one-login'

/** A listener for each event, with the type of its message. */
export type OneLoginListeners = { [Name in OneLoginEventName]?: (event: OneLoginEvents[Name]) => void }

/** Listens to the events of passport-govuk-one-login. Returns the function that stops it. */
export function listen(listeners: OneLoginListeners): () => void {
  const subscriptions = Object.entries(listeners).map(([name, listener]) => {
    const channel = `passport-govuk-one-login:${name}`
    const receive = (message: unknown) => (listener as (event: unknown) => void)(message)
    subscribe(channel, receive)
    return () => unsubscribe(channel, receive)
  })
  return () => {
    for (const stop of subscriptions) stop()
  }
}
