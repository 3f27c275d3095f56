// Asks for the secret where the collector wants one.
import { useState } from 'preact/hooks';
import { signIn, wanted } from '../api/request';
import { Dialog } from '../parts/dialog';

export function SignIn() {
  const [token, setToken] = useState('');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  if (wanted.value === '') return null;
  const byToken = wanted.value === 'token';
  const submit = (event: Event) => {
    event.preventDefault();
    // Guests have no name where the owner has one.
    if (byToken || user === '') signIn(`Bearer ${(byToken ? token : password).trim()}`);
    else signIn(`Basic ${base64(`${user}:${password}`)}`);
  };
  return (
    <Dialog title="Sign in" onClose={() => undefined}>
      <form class="form" onSubmit={submit}>
        {byToken && (
          <label>
            Token
            <input type="password" autocomplete="current-password" required autoFocus value={token} onInput={(event) => setToken(event.currentTarget.value)} />
          </label>
        )}
        {!byToken && (
          <>
            <label>
              Name
              <input autocomplete="username" autoFocus value={user} onInput={(event) => setUser(event.currentTarget.value)} />
            </label>
            <label>
              Password, or without a name a token
              <input type="password" autocomplete="current-password" required value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
            </label>
          </>
        )}
        <p class="hint">
          {byToken ? 'The collector was started with a token.' : 'The collector was started with a name and a password.'} It is kept in this tab until you close it.
        </p>
        <footer class="dialog-foot">
          <button type="submit" class="primary">Sign in</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Of text with any letters. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
