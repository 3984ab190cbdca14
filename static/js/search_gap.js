// Tells the site that a search found nothing: sends, once, the form that stands on the page for
// readers without script. Nobody has to press it then.

const form = document.getElementById("search-gap");

if (form) {
  form.hidden = true;
  fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    credentials: "omit",
    keepalive: true, // also if the reader goes on at once
    redirect: "manual", // the thanks are for those who press the button
  }).catch(() => {
    form.hidden = false;
  });
}
