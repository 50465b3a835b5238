// The names that XML allows.
//
// Source: the XML standard, "Names, and tokens"; Namespaces in XML, "QName".

const isNameStart = (code) => code >= 97 && code <= 122 || code >= 65 && code <= 90
  || code === 95 || code === 58 || code >= 0xc0 && code <= 0xd6 || code >= 0xd8 && code <= 0xf6
  || code >= 0xf8 && code <= 0x2ff || code >= 0x370 && code <= 0x37d
  || code >= 0x37f && code <= 0x1fff || code === 0x200c || code === 0x200d
  || code >= 0x2070 && code <= 0x218f || code >= 0x2c00 && code <= 0x2fef
  || code >= 0x3001 && code <= 0xdfff || code >= 0xf900 && code <= 0xfdcf
  || code >= 0xfdf0 && code <= 0xfffd;
const isNamePart = (code) => isNameStart(code) || code === 45 || code === 46
  || code >= 48 && code <= 57 || code === 0xb7 || code >= 0x300 && code <= 0x36f
  || code === 0x203f || code === 0x2040;
const goodNames = new PlainSet();
const isName = (name) => {
  if (setHas(goodNames, name)) return true;
  if (name === '' || !isNameStart(charCode(name, 0))) return false;
  for (let i = 1; i < name.length; i++) if (!isNamePart(charCode(name, i))) return false;
  if (setSize(goodNames) < 1_000 && name.length < 100) setAdd(goodNames, name);
  return true;
};
/** Prefix and local name; the prefix may be none. */
const splitName = (qualified) => {
  const at = stringIndexOf(qualified, ':');
  return at < 0 ? [null, qualified] : [substring(qualified, 0, at), substring(qualified, at + 1)];
};
const isQualifiedName = (name) => {
  if (!isName(name)) return false;
  const parts = splitName(name);
  if (parts[0] === null) return true;
  return parts[0] !== '' && isName(parts[1]) && stringIndexOf(parts[1], ':') < 0;
};
const htmlSpace = 'http://www.w3.org/1999/xhtml', svgSpace = 'http://www.w3.org/2000/svg';
const xmlSpace = 'http://www.w3.org/XML/1998/namespace', xmlnsSpace = 'http://www.w3.org/2000/xmlns/';
/** Namespace, prefix and local name of what is to be made. */
const validName = (space, name) => {
  const given = spaceOf(space), qualified = text(name);
  if (!isQualifiedName(qualified)) fail('InvalidCharacterError');
  const parts = splitName(qualified), prefix = parts[0], local = parts[1];
  const isXmlns = prefix === 'xmlns' || prefix === null && qualified === 'xmlns';
  if (prefix !== null && given === '' || prefix === 'xml' && given !== xmlSpace
    || isXmlns !== (given === xmlnsSpace)) fail('NamespaceError');
  return { space: given, prefix, local, qualified, __proto__: null };
};
