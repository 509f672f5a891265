from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0005_what_others_do_not_see'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='hidden_until',
            field=models.DateTimeField(blank=True, help_text='Hidden until then at most; see is_hidden', null=True),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=Q(('hidden_until__isnull', False)), fields=['hidden_until'], name='messages_hidden_for_a_time'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=Q(('held_at__isnull', False)), fields=['room', 'seq'], name='messages_held_back'),
        ),
    ]
