import DOMPurify from 'dompurify';

const tags = [
  'a',
  'b',
  'blockquote',
  'br',
  'code',
  'del',
  'div',
  'em',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'li',
  'ol',
  'p',
  'pre',
  's',
  'span',
  'strong',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
  'ul',
];

/**
 * The one door through which HTML gets into the page. Markdown is rendered without raw HTML already; this is the second
 * lock: no scripts, no styles, nothing that loads, links to the web or `#` alone.
 */
export function safeHtml(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: ['class', 'href', 'title', 'start', 'tabindex', 'data-path', 'data-line'],
    // Not addresses, whatever they look like: without this they are checked as if they were.
    ADD_URI_SAFE_ATTR: ['data-path', 'data-line', 'start', 'tabindex'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|#$)/i,
    RETURN_DOM_FRAGMENT: true,
  });
}
