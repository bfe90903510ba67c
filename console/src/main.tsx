import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/motion.css';
import { Gate } from './gate.tsx';
import { setTheme, storedTheme } from './theme.ts';

setTheme(storedTheme());
const root = document.getElementById('app');
if (root) render(<Gate />, root);
