/** The user and the password in a URL. */

/** The credentials in a URL by the Basic scheme (RFC 7617); `undefined` if there are none. */
export function basicAuth({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${btoa(`${percentDecoded(username)}:${percentDecoded(password)}`)}`;
}

/** One character for each byte. A percent sign that begins none stays (URL Standard, percent-decode). */
const percentDecoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
