// The console works without this script; with it, it works better.
(() => {
  'use strict';

  const SEARCH_DELAY = 220;
  const SLASH_OFF = 'dqops-users.slash-off';
  document.documentElement.classList.add('js');

  const live = document.createElement('div');
  live.className = 'away';
  live.setAttribute('role', 'status');
  live.setAttribute('aria-live', 'polite');
  document.body.append(live);
  const say = (text) => { live.textContent = text; };

  // Times, in the reader's zone.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'your time zone';
  const two = (number) => String(number).padStart(2, '0');
  const localise = (scope) => {
    for (const time of scope.querySelectorAll('time[datetime]:not([title])')) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = `${zone}; ${time.dateTime.replace('T', ' ').replace('Z', ' UTC')}`;
      time.textContent = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
        + `${two(at.getHours())}:${two(at.getMinutes())}`;
    }
  };
  localise(document);

  // Show and hide a password.
  for (const button of document.querySelectorAll('[data-reveal]')) {
    const field = document.getElementById(button.dataset.reveal);
    const word = button.firstChild;
    const reveal = (shown) => {
      field.type = shown ? 'text' : 'password';
      word.textContent = shown ? 'Hide' : 'Show';
    };
    button.addEventListener('click', () => reveal(field.type === 'password'));
    field.form?.addEventListener('submit', () => reveal(false));
  }

  // Copy what is shown once.
  const copy = async (field) => {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      field.focus();
      field.select();
      return document.execCommand('copy');
    }
  };
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.addEventListener('click', async () => {
      const done = await copy(document.getElementById(button.dataset.copy));
      button.textContent = done ? 'Copied' : 'Press Ctrl+C';
      say(done ? 'Copied' : 'Selected: press Ctrl+C to copy');
      setTimeout(() => { button.textContent = 'Copy'; }, 2500);
    });
  }
  for (const field of document.querySelectorAll('#secret')) {
    field.addEventListener('focus', () => field.select());
  }

  // What is typed to confirm enables the button.
  for (const field of document.querySelectorAll('[data-confirms]')) {
    const button = field.form.querySelector('button');
    const plain = (text) => text.trim().toLowerCase();
    const check = () => { button.disabled = plain(field.value) !== plain(field.dataset.confirms); };
    field.addEventListener('input', check);
    check();
  }

  // Search while typing: the same address as without the script, and its results put in place.
  for (const form of document.querySelectorAll('form[data-live]')) {
    let timer = 0;
    let request = null;
    const address = () => {
      const url = new URL(form.getAttribute('action'), location.href); // a field may be named `action`
      for (const [name, value] of new FormData(form)) {
        if (value !== '') url.searchParams.append(name, value);
      }
      return url;
    };
    const refresh = async (mayLeave) => {
      clearTimeout(timer);
      request?.abort();
      const mine = new AbortController();
      request = mine;
      const url = address();
      const old = document.getElementById(form.dataset.live);
      old.setAttribute('aria-busy', 'true');
      try {
        const response = await fetch(url, { signal: mine.signal, headers: { Accept: 'text/html' } });
        if (response.redirected && new URL(response.url).pathname === '/login') {
          location.assign(response.url);
          return;
        }
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        const fresh = page.getElementById(form.dataset.live);
        if (!response.ok || !fresh) throw new Error(`status ${response.status}`);
        document.getElementById(form.dataset.live).replaceWith(fresh);
        localise(fresh);
        history.replaceState(null, '', url);
        say(fresh.dataset.summary);
      } catch {
        if (mine.signal.aborted) return;
        if (mayLeave) location.assign(url); // the server says what is wrong
        else say('The list could not be brought up to date.');
      } finally {
        if (request === mine) {
          request = null;
          document.getElementById(form.dataset.live)?.removeAttribute('aria-busy');
        }
      }
    };
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(refresh, SEARCH_DELAY, false);
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      refresh(true);
    });
  }

  // `/` goes to the search, unless it was switched off on the page "About".
  const stored = (action) => { try { return action(localStorage); } catch { return null; } };
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select, textarea, [contenteditable]')) return;
    const field = document.querySelector('input[type="search"]');
    if (!field || stored((store) => store.getItem(SLASH_OFF))) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  const slash = document.getElementById('slash');
  if (slash) {
    slash.checked = !stored((store) => store.getItem(SLASH_OFF));
    slash.addEventListener('change', () => stored((store) => (
      slash.checked ? store.removeItem(SLASH_OFF) : store.setItem(SLASH_OFF, '1'))));
  }
})();
