import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import './field.css';

interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with it; shown beside it and told to screen readers. */
  readonly error?: string | null;
  readonly required?: boolean;
}

interface Ids {
  readonly id: string;
  readonly describedBy: string | undefined;
}

const Field = ({
  label,
  hint,
  error = null,
  required = false,
  children,
}: FieldProps & { readonly children: (ids: Ids) => ComponentChildren }) => {
  const id = useId();
  const notes = [hint !== undefined && `${id}-hint`, error !== null && `${id}-error`].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && <span class="field-optional"> optional</span>}
      </label>
      {children({ id, describedBy: notes.length > 0 ? notes.join(' ') : undefined })}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
};

interface TextProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly placeholder?: string;
  readonly maxLength?: number;
}

/** One line; `type` as of `<input>`. */
export const TextField = ({
  type = 'text',
  autoComplete = 'off',
  autoFocus = false,
  min,
  max,
  ...props
}: TextProps & {
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local' | 'search';
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly min?: string | number;
  readonly max?: string | number;
}) => (
  <Field {...props}>
    {({ id, describedBy }) => (
      <input
        id={id}
        class="input"
        // The types of attributes differ by the type, but for what is set here.
        type={type as 'text'}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        min={min}
        max={max}
        required={props.required}
        autocomplete={autoComplete}
        autofocus={autoFocus}
        spellcheck={false}
        aria-invalid={props.error ? 'true' : undefined}
        aria-describedby={describedBy}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    )}
  </Field>
);

export const TextArea = ({ rows = 4, ...props }: TextProps & { readonly rows?: number }) => (
  <Field {...props}>
    {({ id, describedBy }) => (
      <textarea
        id={id}
        class="input"
        rows={rows}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        required={props.required}
        aria-invalid={props.error ? 'true' : undefined}
        aria-describedby={describedBy}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    )}
  </Field>
);

export interface Choice<T extends string = string> {
  readonly value: T;
  readonly label: string;
}

export const SelectField = <T extends string>({
  choices,
  ...props
}: FieldProps & {
  readonly value: T;
  readonly onInput: (value: T) => void;
  readonly choices: readonly Choice<T>[];
}) => (
  <Field {...props}>
    {({ id, describedBy }) => (
      <select
        id={id}
        class="input"
        value={props.value}
        aria-invalid={props.error ? 'true' : undefined}
        aria-describedby={describedBy}
        onChange={(event) => {
          const chosen = choices.find(({ value }) => value === event.currentTarget.value);
          if (chosen) props.onInput(chosen.value);
        }}
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

export const Checkbox = ({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) => (
  <label class="checkbox">
    <input
      type="checkbox"
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
    <span>{label}</span>
  </label>
);

/** One of a few, all in sight. */
export const Segmented = <T extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly Choice<T>[];
}) => {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} class="segment">
          <input
            class="visually-hidden"
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
};
