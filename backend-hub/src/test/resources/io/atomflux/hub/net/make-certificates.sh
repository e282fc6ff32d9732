#!/bin/sh
# Makes the authority and the server's certificate of SecureTest; valid for a hundred years, secret to nobody.
set -e
cd "$(dirname "$0")"
openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj "/CN=Test authority" -keyout authority.key -out authority.pem \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign"
openssl req -newkey rsa:2048 -nodes -subj "/CN=hub.example" -keyout hub.key -out hub.csr
printf 'subjectAltName=DNS:hub.example,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > hub.ext
openssl x509 -req -in hub.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 36500 -extfile hub.ext -out hub.pem
rm -f authority.key authority.srl hub.csr hub.ext
