/* global fetch, location, setInterval, setTimeout, clearInterval */
const warnAt = 5 * 60

/** Asks the service how long the session still lives, and warns the user before it ends. */
export function warnBeforeTimeout(dialog) {
  const left = dialog.querySelector('.app-timeout__left')
  const stay = dialog.querySelector('.app-timeout__stay')
  let ticking

  // What the service makes of it: it signs the user out, or another tab has kept the session alive.
  const leave = () => location.assign('/account')

  async function ask(method = 'GET') {
    const headers = { 'x-csrf-token': dialog.dataset.csrf }
    const answer = await fetch('/session-status', { method, headers })
    const { signedIn, secondsLeft, extendable } = answer.ok ? await answer.json() : {}
    if (signedIn) schedule(secondsLeft, extendable)
    else location.assign('/signed-out')
  }

  function schedule(secondsLeft, extendable) {
    const end = Date.now() + secondsLeft * 1000
    // A computer that was asleep wakes up late. The next page ends a session as it should be, at One Login too.
    const wake = () => (Date.now() < end ? ask() : leave())
    if (secondsLeft > warnAt) setTimeout(wake, Math.min(secondsLeft - warnAt, 86_400) * 1000)
    else show(end, extendable)
  }

  function show(end, extendable) {
    stay.hidden = !extendable
    countDown(end)
    ticking = setInterval(() => countDown(end), 1000)
    if (!dialog.open) dialog.showModal()
  }

  function countDown(end) {
    const seconds = Math.ceil((end - Date.now()) / 1000)
    if (seconds >= 0) write(seconds)
    else {
      clearInterval(ticking)
      leave()
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

  // The Escape key closes the dialog, too: somebody is there, and gets more time if there is any to be had.
  dialog.addEventListener('close', () => {
    if (stay.hidden) return
    clearInterval(ticking)
    ask('POST')
  })
  stay.addEventListener('click', () => dialog.close())
  ask()
}
