/** Names of files that hold keys and passwords, whatever folder they lie in. */
const names: readonly RegExp[] = [
  /^\.env(?!\.(example|sample|template|dist)$)(\..+)?$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^\.?(npmrc|netrc|pgpass|htpasswd|git-credentials|pypirc|dockercfg|vault-token)$/,
  /^(credentials?|secrets?|service-?account[^/]*)(\.[\w-]+)?$/,
];
/** Folders in which everything is taken for one. */
const folders = new Set(['.ssh', '.aws', '.gnupg', '.kube', '.docker', '.azure', '.gcloud']);

/** Whether a path looks like a file of secrets, by its names alone: such a file is never given to an agent unasked. */
export function looksSecret(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/);
  const name = parts.at(-1) ?? '';
  return names.some((pattern) => pattern.test(name)) || parts.some((part) => folders.has(part));
}
