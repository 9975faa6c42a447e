/* global fetch, location, setInterval, setTimeout, clearInterval */
const warnAt = 5 * 60

/** Asks the service how long the session still lives, and warns the user before it ends. */
export function warnBeforeTimeout(dialog) {
  const left = dialog.querySelector('.app-timeout__left')
  const stay = dialog.querySelector('.app-timeout__stay')
  let ticking

  async function ask(method = 'GET') {
    const headers = { 'x-csrf-token': dialog.dataset.csrf }
    const answer = await fetch('/session-status', { method, headers })
    const { signedIn, secondsLeft, extendable } = answer.ok ? await answer.json() : {}
    if (signedIn) schedule(secondsLeft, extendable)
    else location.assign('/signed-out')
  }

  function schedule(secondsLeft, extendable) {
    if (secondsLeft > warnAt) setTimeout(ask, Math.min(secondsLeft - warnAt, 86_400) * 1000)
    else show(Date.now() + secondsLeft * 1000, extendable)
  }

  function show(end, extendable) {
    stay.hidden = !extendable
    countDown(end)
    ticking = setInterval(() => countDown(end), 1000)
    if (!dialog.open) dialog.showModal()
  }

  function countDown(end) {
    const seconds = Math.ceil((end - Date.now()) / 1000)
    if (seconds > 0) write(seconds)
    else {
      clearInterval(ticking)
      location.assign('/sign-out?timeout')
    }
  }

  // Rarely enough for a screen reader to read it out: by minutes, and by twenty seconds in the last one.
  function write(seconds) {
    const { minute, minutes, seconds: texts } = dialog.dataset
    const count = seconds > 60 ? Math.ceil(seconds / 60) : Math.ceil(seconds / 20) * 20
    const text = seconds > 60 ? minutes : count === 60 ? minute : texts
    const words = text.replace('{count}', String(count))
    if (left.textContent !== words) left.textContent = words
  }

  // The Escape key closes the dialog, too: somebody is there.
  dialog.addEventListener('close', () => {
    clearInterval(ticking)
    ask('POST')
  })
  stay.addEventListener('click', () => dialog.close())
  ask()
}
