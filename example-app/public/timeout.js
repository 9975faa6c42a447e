/* global document, fetch, location, setInterval, setTimeout, clearInterval, clearTimeout */
const warnAt = 5 * 60

/** Asks the service when the session ends, and warns the user before then. */
export function warnBeforeTimeout(dialog) {
  const left = dialog.querySelector('.app-timeout__left')
  const stay = dialog.querySelector('.app-timeout__stay')
  const status = dialog.querySelector('[role=status]')
  const pageTitle = document.title
  let ticking
  let waiting
  let isWarning = false

  // The service decides: it signs the user out, or another tab has extended the session.
  const leave = () => location.assign('/account')

  async function ask(method = 'GET') {
    const headers = { 'x-csrf-token': dialog.dataset.csrf }
    const response = await fetch('/session-status', { method, headers })
    const { signedIn, secondsLeft, extendable } = response.ok ? await response.json() : {}
    if (signedIn) schedule(secondsLeft, extendable)
    else location.assign('/signed-out')
  }

  function schedule(secondsLeft, extendable) {
    const end = Date.now() + secondsLeft * 1000
    // A computer that was asleep runs this late. The next page then ends the session, at One Login too.
    const wake = () => (Date.now() < end ? ask() : leave())
    clearTimeout(waiting)
    if (secondsLeft <= warnAt) return show(end, extendable)
    hide()
    waiting = setTimeout(wake, Math.min(secondsLeft - warnAt, 86_400) * 1000)
  }

  function show(end, extendable) {
    clearInterval(ticking)
    isWarning = true
    stay.hidden = !extendable
    countDown(end)
    ticking = setInterval(() => countDown(end), 1000)
    if (!dialog.open) dialog.showModal()
    document.title = `${dialog.querySelector('h2').textContent} – ${pageTitle}`
  }

  function hide() {
    clearInterval(ticking)
    isWarning = false
    document.title = pageTitle
    if (dialog.open) dialog.close()
  }

  function countDown(end) {
    const seconds = Math.ceil((end - Date.now()) / 1000)
    if (seconds < 0) {
      clearInterval(ticking)
      leave()
      return
    }
    left.textContent = words(seconds)
    // A screen reader reads it out each minute, and each 20 seconds in the last one.
    const isSpoken = seconds >= 60 || seconds % 20 === 0
    const spoken = `${status.dataset.text} ${left.textContent}.`
    if (isSpoken && status.textContent !== spoken) status.textContent = spoken
  }

  // Whole minutes are rounded down: the user has that long at least.
  function words(seconds) {
    const { minute, minutes, second, seconds: texts } = dialog.dataset
    const [one, several, count] =
      seconds < 60 ? [second, texts, seconds] : [minute, minutes, Math.floor(seconds / 60)]
    return count === 1 ? one : several.replace('{count}', String(count))
  }

  // The Escape key also closes the dialog. The user is there, so the session is extended if possible.
  dialog.addEventListener('close', () => {
    if (!isWarning || stay.hidden) return
    hide()
    ask('POST')
  })
  stay.addEventListener('click', () => dialog.close())
  ask()
}
