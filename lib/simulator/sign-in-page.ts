import type { PendingSignIn } from './pending-sign-ins.ts'
import { readyUsers } from './users.ts'

/** Makes a text safe to stand in HTML, in an attribute too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** The page on which a person chooses who signs in and what comes back. */
export function signInPage({ request, journey }: PendingSignIn): string {
  const users = Object.keys(readyUsers).map((name) => `<option>${escapeHtml(name)}</option>`)
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Choose who signs in</title></head><body>
<h1>Sign in to ${escapeHtml(request.client.clientName)}</h1>
<form method="post" action="/sign-in"><input type="hidden" name="journey" value="${escapeHtml(journey.sid)}">
<label>User <select name="user">${users.join('')}</select></label>
<button>Continue</button></form></body></html>
`
}
