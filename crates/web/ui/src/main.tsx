// The entry: styles, then the shell.
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';
import { render } from 'preact';
import { App } from './app';
import { applyTheme } from './shell/theme';

applyTheme();
const root = document.getElementById('app');
if (root) render(<App />, root);
