#!/usr/bin/env bash
# Makes the certificates that an authority of the tests' own has signed, with the keys that are here.
#
#   ca.crt         the authority; its key is thrown away, so a run of this makes all of them anew
#   hashed/        the same, as `openssl rehash` leaves a folder
#   signed.crt     of server.key, for 127.0.0.1, localhost and api.example.test
#   elsewhere.crt  of server.key, for another host
#   expired.crt    of server.key, as signed.crt but out of date since 2001
#   client.crt     of other.key, for a client
#   encrypted.key  other.key with a passphrase
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
touch "$work/index.txt"

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca.key" -out ca.crt -days 36500 \
    -subj "/CN=The tests' own authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"

sign() { # name, key, usage, subjectAltName, first day, last day
    openssl req -new -key "$2" -subj "/CN=$1" -out "$work/$1.csr"
    cat >"$work/$1.cnf" <<END
[ca]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
unique_subject = no
policy = anything
[anything]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = $3
subjectAltName = $4
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
END
    openssl ca -batch -notext -config "$work/$1.cnf" -name ca -extensions leaf -cert ca.crt \
        -keyfile "$work/ca.key" -in "$work/$1.csr" -out "$1.crt" -startdate "$5" -enddate "$6"
}

here="DNS:localhost,DNS:api.example.test,IP:127.0.0.1"
always="20200101000000Z 21200101000000Z"
sign signed server.key serverAuth "$here" $always
sign elsewhere server.key serverAuth "DNS:elsewhere.example.test" $always
sign expired server.key serverAuth "$here" 20000101000000Z 20010101000000Z
sign client other.key clientAuth "DNS:client.example.test" $always

openssl pkey -in other.key -aes256 -passout pass:open-sesame -out encrypted.key
rm -rf hashed
mkdir hashed
cp ca.crt "hashed/$(openssl x509 -in ca.crt -noout -hash).0"
