FROM nginx:alpine
COPY docs/nginx.conf /etc/nginx/conf.d/default.conf
COPY dist/app /usr/share/nginx/html
