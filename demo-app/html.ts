/** HTML by template literals: every inserted value is escaped unless it is HTML already. */

/** A piece of HTML; only `html` makes it. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function html(parts: TemplateStringsArray, ...values: ReadonlyArray<string | number | Html>): Html {
  return new Html(parts.map((part, i) => part + safe(values[i])).join(''));
}

function safe(value: string | number | Html | undefined): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.toString();
  return String(value).replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
