import { useState } from 'preact/hooks';
import { setTheme, storedTheme, THEMES, type Theme } from '../theme.ts';
import { Icon } from '../ui/icon.tsx';
import './theme-switch.css';

const LOOKS = {
  system: { icon: 'system', label: 'As the system' },
  light: { icon: 'sun', label: 'Light' },
  dark: { icon: 'moon', label: 'Dark' },
} as const;

export const ThemeSwitch = ({ name }: { readonly name: string }) => {
  const [theme, choose] = useState<Theme>(storedTheme);
  return (
    <fieldset class="theme-switch">
      <legend class="visually-hidden">Colours</legend>
      {THEMES.map((each) => (
        <label key={each} title={LOOKS[each].label}>
          <input
            class="visually-hidden"
            type="radio"
            name={name}
            checked={each === theme}
            onChange={() => {
              setTheme(each);
              choose(each);
            }}
          />
          <span class="theme-choice">
            <Icon name={LOOKS[each].icon} size={14} />
            <span class="visually-hidden">{LOOKS[each].label}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
};
